"""A certificate nobody vouches for: a person must look, retrying would not help."""

import pytest

from bittitan_plugin.domain.errors import Rejected
from tests.sandbox_fixtures import MakeClient


def test_an_untrusted_certificate_is_rejected_on_api_url(
    make_client: MakeClient, untrusted_url: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        make_client(untrusted_url).check()
    assert (rejected.value.code, rejected.value.field) == ("CERTIFICATE", "api_url")
