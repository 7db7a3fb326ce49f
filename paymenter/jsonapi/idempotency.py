"""`Idempotency-Key`: a POST that is sent again does not act again, and gets the first answer.

How it stays true whatever happens:

1. The key is claimed: a row is inserted and committed. Its primary key is made of caller, path
   and key, so of many requests at once one claims; the others are answered 409.
2. The view works inside a transaction that also stores its answer in that row. What was written
   and the answer are committed together, or neither is.
3. A refusal (4xx, 5xx) is not kept: it changed nothing, and the key can be used again at once.

Crashes: before 2 commits nothing was written, and the claim is left behind. After ABANDONED it is
taken over by the next request, which becomes the row's owner. Should the first one still be at
work, it finds at its end that the row is no longer its own, and rolls back: only one owner can
commit. After 2 has committed the answer is in the row, and a client that never got it asks again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import random
from typing import Any, Self
from uuid import uuid4

import orjson
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from paymenter.idempotency.models import IdempotencyKey
from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.permissions import caller_of
from paymenter.laravel.crypt import DecryptError, encrypter

HEADER = "HTTP_IDEMPOTENCY_KEY"
PREFIX = "/api/v1/"
REPLAYED = "Idempotency-Replayed"
LONGEST = 255
KEPT = timedelta(hours=24)
ABANDONED = timedelta(seconds=60)
CLEARED_EACH = 100  # how many claims pass until old rows are looked for

NOTHING_STORED = frozenset({409, *range(500, 600)})  # as their texts say

Handler = Callable[..., HttpResponse]


class OtherBody(APIException):
    status_code = 422
    default_detail = (
        "This Idempotency-Key was used with another body: send the same body, or take a new key."
    )


class InProgress(APIException):
    status_code = 409
    headers = {"Retry-After": "1"}
    default_detail = (
        "A request with this Idempotency-Key is still at work: send it again in a moment."
    )


class Unreadable(APIException):
    status_code = 409
    default_detail = (
        "This request was done, but its answer was encrypted with a key that is gone: "
        "look at the records, and take a new Idempotency-Key."
    )


def guard(view: APIView, request: Request) -> None:
    """Lets the view's `post` act once, if the client wishes so; called when it may act at all."""
    key = request.META.get(HEADER)
    if key is None or request.method != "POST" or not request.path.startswith(PREFIX):
        return
    if not 0 < len(key) <= LONGEST:
        raise BadQuery(f"The Idempotency-Key must have 1 to {LONGEST} characters.")
    handler = getattr(view, "post", view.http_method_not_allowed)
    setattr(view, "post", partial(_once, view, handler, key))  # noqa: B010 (looked up by DRF)


def _once(
    view: APIView, handler: Handler, key: str, request: Request, *args: Any, **kwargs: Any
) -> HttpResponse:
    claim = Claim.of(request, key)
    if (earlier := claim.take()) is not None:
        return earlier
    kept = False
    try:
        with transaction.atomic():
            response = _answered(view, handler, request, *args, **kwargs)
            if succeeded := response.status_code < 300:
                claim.keep(response)
            elif response.status_code in NOTHING_STORED or transaction.get_rollback():
                transaction.set_rollback(True)
        kept = succeeded
    finally:
        if not kept:
            claim.release()
    return response


def _answered(
    view: APIView, handler: Handler, request: Request, *args: Any, **kwargs: Any
) -> HttpResponse:
    """The view's answer with its bytes. Raises what nothing makes an answer of."""
    response: Any
    try:
        response = handler(request, *args, **kwargs)
    except Exception as error:
        response = view.handle_exception(error)
    final: Any = view.finalize_response(request, response, *args, **kwargs)
    rendered: HttpResponse = final.render() if hasattr(final, "render") else final
    return rendered


@dataclass(frozen=True, slots=True)
class Claim:
    digest: str
    fingerprint: str
    owner: str

    @classmethod
    def of(cls, request: Request, key: str) -> Self:
        caller = caller_of(request) or f"address {request.META.get('REMOTE_ADDR')}"
        path = request.path.rstrip("/")
        sent = request.META.get("QUERY_STRING", "").encode("utf-8", "surrogatepass"), _body(request)
        return cls(_mac(caller, "POST", path, key), _mac(*sent), uuid4().hex)

    def take(self) -> HttpResponse | None:
        """The answer of an earlier request; None where the claim is ours now.

        Raises OtherBody and InProgress.
        """
        if random() < 1 / CLEARED_EACH:
            forget_old()
        for _ in range(3):
            if self._insert():
                return None
            row = IdempotencyKey.objects.filter(pk=self.digest).first()
            if row is None:  # released just now
                continue
            if self._is_free(row):
                if self._take_over(row):
                    return None
                continue
            if row.fingerprint != self.fingerprint:
                raise OtherBody
            return _replay(row.answer) if row.answer else self._wait()
        return self._wait()

    def keep(self, response: HttpResponse) -> None:
        """In the transaction of the write; raises InProgress where the claim was taken over."""
        if not self._mine().update(answer=_sealed(response)):
            raise InProgress

    def release(self) -> None:
        """Leaves what is kept; a claim that cannot be deleted becomes free by itself."""
        with suppress(DatabaseError):
            self._mine().delete()

    def _mine(self) -> "QuerySet[IdempotencyKey]":
        return IdempotencyKey.objects.filter(pk=self.digest, owner=self.owner, answer="")

    def _insert(self) -> bool:
        values = {"digest": self.digest, "fingerprint": self.fingerprint, "owner": self.owner}
        try:
            with transaction.atomic():
                IdempotencyKey.objects.create(**values, claimed_at=timezone.now())
        except IntegrityError:
            return False
        return True

    @staticmethod
    def _is_free(row: IdempotencyKey) -> bool:
        """An answer too old to be given again, or the claim of a request that died."""
        return timezone.now() - row.claimed_at > (KEPT if row.answer else ABANDONED)

    def _take_over(self, row: IdempotencyKey) -> bool:
        """False where somebody else was faster, the first owner among them."""
        same = Q(pk=self.digest, owner=row.owner)
        same &= ~Q(answer="") if row.answer else Q(answer="")
        ours = {"owner": self.owner, "fingerprint": self.fingerprint, "answer": ""}
        rows = IdempotencyKey.objects.filter(same)
        return bool(rows.update(**ours, claimed_at=timezone.now()))

    @staticmethod
    def _wait() -> HttpResponse:
        raise InProgress


def forget_old(most: int = 1000) -> int:
    """Deletes answers and claims past their time; how many."""
    old = IdempotencyKey.objects.filter(claimed_at__lt=timezone.now() - KEPT)
    digests = list(old.values_list("pk", flat=True)[:most])
    return old.filter(pk__in=digests).delete()[0] if digests else 0


def _body(request: Request) -> bytes:
    """As the application reads it: blanks and the order of keys are the same request."""
    raw: bytes = request.body
    try:
        return orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # uploads
        return raw


def _mac(*parts: str | bytes) -> str:
    told = [p if isinstance(p, bytes) else p.encode("utf-8", "surrogatepass") for p in parts]
    text = b"".join(b"%d:%s" % (len(part), part) for part in told)
    return salted_hmac("idempotency", text, algorithm="sha256").hexdigest()


def _sealed(response: HttpResponse) -> str:
    told = [response.status_code, list(response.items()), response.content.decode()]
    return encrypter().encrypt_string(orjson.dumps(told).decode())


def _replay(answer: str) -> HttpResponse:
    try:
        status, headers, content = orjson.loads(encrypter().decrypt_string(answer))
    except DecryptError:
        raise Unreadable from None
    return HttpResponse(content, status=status, headers={**dict(headers), REPLAYED: "true"})
