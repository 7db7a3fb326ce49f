"""The captcha of the setting `captcha`: the provider is asked whether a visitor's token is good."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from paymenter import options
from paymenter.errors import Refused

TIMEOUT = 5.0  # seconds
LEAST_SCORE = 0.5  # of reCAPTCHA v3, where 1 is a human
MOST_BYTES = 65_536

URLS: Mapping[str, str] = {
    "recaptcha-v2": "https://www.google.com/recaptcha/api/siteverify",
    "recaptcha-v3": "https://www.google.com/recaptcha/api/siteverify",
    "turnstile": "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    "hcaptcha": "https://api.hcaptcha.com/siteverify",
}

# The forms' fields that the widgets fill; the first is ours.
FIELDS = ("captcha", "g-recaptcha-response", "cf-turnstile-response", "h-captcha-response")
_WIDGETS: Mapping[str, tuple[str, str]] = {
    "recaptcha-v2": ("https://www.google.com/recaptcha/api.js", "g-recaptcha"),
    "turnstile": ("https://challenges.cloudflare.com/turnstile/v0/api.js", "cf-turnstile"),
    "hcaptcha": ("https://js.hcaptcha.com/1/api.js", "h-captcha"),
}

NEEDED = "A captcha is switched on: send the token of its widget in the field captcha."
WRONG = "The captcha was not solved or has run out. Please try again."
UNREACHABLE = "The captcha cannot be checked at the moment. Please try again later."

log = logging.getLogger(__name__)


def check_captcha(token: str | None, ip_address: str) -> None:
    """Raises Refused unless captchas are off or the provider vouches for the token."""
    provider = str(options.get("captcha", "disabled"))
    if provider == "disabled":
        return
    if not token:
        raise Refused.on("captcha", NEEDED)
    if not _is_good(provider, token, ip_address):
        raise Refused.on("captcha", WRONG)


def widget() -> dict[str, str] | None:
    """What a page needs to show the captcha: script, class of the element, site key.

    recaptcha-v3 has no element: its script takes the site key and fills the field by itself.
    """
    provider, site_key = str(options.get("captcha", "disabled")), options.get("captcha_site_key")
    if provider == "recaptcha-v3":
        script = f"https://www.google.com/recaptcha/api.js?{urlencode({'render': site_key})}"
        return {"script": script, "element": "", "site_key": str(site_key)}
    if provider not in _WIDGETS:
        return None
    script, element = _WIDGETS[provider]
    return {"script": script, "element": element, "site_key": str(site_key)}


def _is_good(provider: str, token: str, ip_address: str) -> bool:
    url = URLS.get(provider)
    if url is None:
        log.error("The setting captcha names no provider: %r", provider)
        raise Refused(UNREACHABLE, status=503)
    secret = str(options.get("captcha_secret", ""))
    try:
        said = ask(url, {"secret": secret, "response": token, "remoteip": ip_address})
    except (OSError, ValueError) as error:
        log.warning("The captcha provider does not answer: %s", error)
        raise Refused(UNREACHABLE, status=503) from None
    score = said.get("score", 1.0) if provider == "recaptcha-v3" else 1.0
    return said.get("success") is True and isinstance(score, int | float) and score >= LEAST_SCORE


def ask(url: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The provider's answer; raises OSError or ValueError."""
    request = Request(url, urlencode(fields).encode(), {"Accept": "application/json"})
    with urlopen(request, timeout=TIMEOUT) as response:
        said = json.loads(response.read(MOST_BYTES))
    return said if isinstance(said, dict) else {}
