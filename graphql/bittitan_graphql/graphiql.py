"""GraphiQL, the editor for developers, from files of our own: it works without any other host."""

from starlette.responses import HTMLResponse, Response

#: Where ``static/`` of this package is served.
FILES = "/static/graphiql"
#: Fonts and cursors are data within its stylesheet, and its editor sets style attributes.
POLICY = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "style-src-elem 'self'; style-src-attr 'unsafe-inline'"
)
PAGE = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>GraphiQL</title>
    <link rel="icon" href="/static/icon.svg">
    <link rel="stylesheet" href="{FILES}/graphiql.min.css">
    <link rel="stylesheet" href="{FILES}/page.css">
    <script src="{FILES}/react.production.min.js" defer></script>
    <script src="{FILES}/react-dom.production.min.js" defer></script>
    <script src="{FILES}/graphiql.min.js" defer></script>
    <script src="{FILES}/start.js" defer></script>
  </head>
  <body><main id="graphiql">This page needs JavaScript.</main></body>
</html>
"""


def page() -> Response:
    """The editor, which asks the address that it is opened at."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})
