"""What a browser calls itself, in two words (Paymenter: UserSession, formattedDevice)."""

_SYSTEMS = ("Linux", "Mac", "iPhone", "iPad", "Droid", "Unix", "Windows")
_BROWSERS = {
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
    "Opera": "Opera",
    "MSIE": "IE",
}
_UNKNOWN = "Unknown"


def device_label(user_agent: str) -> str:
    system = next((name for name in _SYSTEMS if name in user_agent), _UNKNOWN)
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), _UNKNOWN)
    return f"{system} - {browser}"
