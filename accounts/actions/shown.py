"""What templates may read of people."""

from paymenter.db.presented import Catalogue, Shown

CATALOGUE: Catalogue = {
    "accounts.User": Shown(
        relations=frozenset({"properties"}),
        computed={"name": lambda user: user.name, "initials": lambda user: user.initials},
    ),
    "accounts.Property": Shown(),
}
