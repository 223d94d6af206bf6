// Starts GraphiQL on the address that the page was opened at.
const fetcher = GraphiQL.createFetcher({ url: location.pathname });
const editor = React.createElement(GraphiQL, {
  fetcher,
  defaultEditorToolsVisibility: "headers",
  inputValueDeprecation: true,
});
ReactDOM.createRoot(document.getElementById("graphiql")).render(editor);
