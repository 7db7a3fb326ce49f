import pytest

from accounts.rules.sessions import bound_by

IP, AGENT, BOTH = {"ip"}, {"user_agent"}, {"ip", "user_agent"}
NONE: set[str] = set()


@pytest.mark.parametrize(
    ("setting", "staff", "clients"),
    [
        ("none", NONE, NONE),
        ("ip_admin", IP, NONE),
        ("ip_client", NONE, IP),
        ("ip_both", IP, IP),
        ("user_agent_admin", AGENT, NONE),
        ("user_agent_client", NONE, AGENT),
        ("user_agent", AGENT, AGENT),
        ("ip_user_agent_admin", BOTH, NONE),
        ("ip_user_agent_client", NONE, BOTH),
        ("ip_user_agent_both", BOTH, BOTH),
    ],
)
def test_what_must_stay_the_same(setting, staff, clients):
    assert bound_by(setting, staff=True) == staff
    assert bound_by(setting, staff=False) == clients
