from typing import Any

from billing.tests.golden.backoffice import operation
from billing.tests.golden.registry import Failure
from paymenter.laravel.crypt import INVALID_MAC, INVALID_PAYLOAD, DecryptError, encrypter


@operation("crypto.decrypt")
def decrypt(args: dict[str, Any]) -> Any:
    """PHP's text names the offset in what was encrypted; ours that it is no value of PHP."""
    try:
        return encrypter().decrypt(args["payload"])
    except DecryptError as error:
        sealed_by_others = str(error) in (INVALID_MAC, INVALID_PAYLOAD)
        raise Failure("decrypt" if sealed_by_others else "error") from error
