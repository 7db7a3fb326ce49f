import pytest
from django.test import Client

from billing.models import Category
from billing.tests.api import audits, changed, created, deleted, key, refused, stamp
from billing.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def test_create(client: Client) -> None:
    parent = CategoryFactory(slug="games", full_slug="top/games")
    body = {"name": "Block Worlds", "parent_id": parent.pk, "description": "<p>x</p>", "sort": 3}
    data = created(client, "categories", body)
    category = Category.objects.get(pk=data["id"])
    assert data == {
        "id": str(category.pk),
        "type": "categories",
        "attributes": {
            "id": category.pk,
            "name": "Block Worlds",
            "parent_id": parent.pk,
            "permissions": None,
            "updated_at": stamp(category.updated_at),
            "created_at": stamp(category.created_at),
        },
    }
    assert (category.slug, category.full_slug) == ("block-worlds", "top/games/block-worlds")
    values = {**body, "slug": "block-worlds", "full_slug": category.full_slug, "id": category.pk}
    assert audits() == [("created", "Category", category.pk, [], values)]


def test_new_slug_moves_all_below(client: Client) -> None:
    top = CategoryFactory(slug="a", full_slug="a")
    child = CategoryFactory(slug="b", full_slug="a/b", parent=top)
    leaf = CategoryFactory(slug="c", full_slug="a/b/c", parent=child)
    changed(client, f"categories/{top.pk}", {"slug": "z", "name": "Z"})
    found = Category.objects.in_bulk()
    assert [found[c.pk].full_slug for c in (top, child, leaf)] == ["z", "z/b", "z/b/c"]
    changed(client, f"categories/{child.pk}", {"parent_id": None})
    found = Category.objects.in_bulk()
    assert [found[c.pk].full_slug for c in (top, child, leaf)] == ["z", "b", "b/c"]
    assert [(event, key) for event, _, key, *_ in audits()] == [
        *(("updated", c.pk) for c in (top, child, leaf)),
        *(("updated", c.pk) for c in (child, leaf)),
    ]


def test_same_values_leave_no_audit(client: Client) -> None:
    category = CategoryFactory()
    changed(client, f"categories/{category.pk}", {"name": category.name, "slug": category.slug})
    assert audits() == []


def test_loops_are_refused(client: Client) -> None:
    top = CategoryFactory()
    child = CategoryFactory(parent=top)
    leaf = CategoryFactory(parent=child)
    for parent in (top, child, leaf):
        answer = refused(client, "PUT", f"categories/{top.pk}", {"parent_id": parent.pk})
        assert answer["errors"] == {"parent_id": ["A category cannot be below itself."]}


def test_slugs_are_unique(client: Client) -> None:
    CategoryFactory(slug="games")
    other = CategoryFactory(slug="other")
    taken = {"message": "The slug has already been taken."}
    taken["errors"] = {"slug": [taken["message"]]}  # type: ignore[assignment]
    assert refused(client, "POST", "categories", {"name": "Games"}) == taken
    assert refused(client, "POST", "categories", {"name": "x", "slug": "Games"}) == taken
    assert refused(client, "PUT", f"categories/{other.pk}", {"slug": "games"}) == taken
    assert refused(client, "POST", "categories", {"name": "漢"})["errors"] == {
        "slug": ["The slug field is required."]
    }


def test_bad_input_is_refused(client: Client) -> None:
    answer = refused(
        client, "POST", "categories", {"slug": "a b", "parent_id": 999, "sort": 256, "image": []}
    )
    assert answer["errors"] == {
        "name": ["The name field is required."],
        "slug": ["The slug field must only contain letters, numbers, dashes, and underscores."],
        "image": ["The image field must be a string."],
        "parent_id": ["The selected parent id is invalid."],
    }
    answer = refused(client, "POST", "categories", {"name": "x", "sort": 256})
    assert answer["errors"] == {"sort": ["The sort field must not be greater than 255."]}


def test_delete(client: Client) -> None:
    parent = CategoryFactory()
    child = CategoryFactory(parent=parent)
    product = ProductFactory(category=child)
    answer = refused(client, "DELETE", f"categories/{parent.pk}")
    assert answer == {"message": "The category has categories below it: move or delete them first."}
    answer = refused(client, "DELETE", f"categories/{child.pk}")
    assert answer == {"message": "The category has products: move or delete them first."}
    product.delete()
    deleted(client, f"categories/{child.pk}")
    deleted(client, f"categories/{parent.pk}")
    assert [(event, key, new) for event, _, key, _, new in audits()] == [
        ("deleted", child.pk, []),
        ("deleted", parent.pk, []),
    ]
    assert not Category.objects.exists()
