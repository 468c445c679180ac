"""Notices as they are told: the stream, the feed, CAP, and who is told by webhook, robot or mail."""

from __future__ import annotations

import threading
from itertools import islice
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Path, Query, Request, Response

from riskwarn.errors import (
    AreaAmbiguous,
    NoSnapshot,
    ScopeNeeded,
    StreamsTooMany,
    SubscriptionInvalid,
    TooManyRequests,
    UnknownArea,
)
from serving.access.areas import Area
from serving.access.registry import Registry
from serving.access.scopes import Scope
from serving.alerts.teams import there_is
from serving.api import streaming
from serving.api.context import HEADERS, Context, uncached
from serving.api.documents.subscriptions import (
    MadeSubscription,
    RemovedSubscription,
    ReplayedSubscription,
    RotatedSubscription,
    Subscriptions,
    TestedSubscription,
)
from serving.api.needs import needs
from serving.api.noted import origin
from serving.api.queries import FeedQuery, ListQuery, Nothing, StreamQuery, SubscriptionAsked
from serving.api.routes.routers import described
from serving.api.seen import OF_AREA, Seen
from serving.api.streaming import EventStream, Listener
from serving.delivery import atom, cap, said, subscriptions
from serving.delivery.deliveries import replay
from serving.delivery.feed import Feed, Told
from serving.delivery.levels import height
from serving.delivery.messages import Message
from serving.delivery.subscriptions import Asked
from serving.delivery.trying import try_out
from serving.delivery.view import NOWHERE, View

#: Tests that a process sends at once: beyond, those who poll would wait for receivers that do not answer.
_AT_ONCE = 4

SubscriptionId = Annotated[
    str, Path(description="id of the subscription", json_schema_extra={"x-data-class": "service"})
]
AlertId = Annotated[str, Path(description="id of the notice", json_schema_extra={"x-data-class": "service"})]
LastEventId = Annotated[
    str | None,
    Header(
        description="id of the last message that came: the stream goes on behind it",
        json_schema_extra={"x-data-class": "service"},
        max_length=128,
    ),
]


def delivery_router(context: Context, registry: Registry) -> APIRouter:
    """`/v1/alerts/stream`, `/v1/alerts/feed.atom`, `/v1/alerts/{id}/cap.xml`."""
    router = described("alerts")
    feed = Feed(context.home, published=lambda: context.current.generation)
    text = {"schema": {"type": "string"}}

    @router.get(
        "/v1/alerts/stream", operation_id="alerts_stream", response_class=Response,
        responses={200: {"description": "events: raised, updated, cancelled, outcome", "content": {streaming.MEDIA_TYPE: {}}}},
        summary="Messages about notices as they are said (server-sent events); what came since Last-Event-ID first",
    )  # fmt: skip
    @needs(Scope.READ)
    async def stream(
        request: Request, query: Annotated[StreamQuery, Query()], last_event_id: LastEventId = None
    ) -> Response:
        if feed.listeners >= streaming.MOST:
            raise StreamsTooMany(most=streaming.MOST)
        seen = context.seen(request)
        seen.declared(query.target)
        visible = _Visible(seen)
        await to_thread.run_sync(visible.renew)

        def tells(told: Told) -> bytes | None:
            view = visible.view
            return told.event(view) if _asked_for(told.message, told.level(view), query) else None

        def allowed() -> bool:
            visible.renew()
            return registry.holds(seen.caller)

        # A query without a last id, that does not wait, wants what is kept.
        last = last_event_id or ("" if query.seconds == 0 else None)
        return EventStream(feed, context.metrics, Listener(lambda: visible.view, tells, allowed), last, query.seconds)

    @router.get(
        "/v1/alerts/feed.atom", operation_id="alerts_feed", response_class=Response,
        responses={200: {"description": "the newest notices", "content": {atom.MEDIA_TYPE: text}}},
        summary="The newest notices as a feed (Atom), each as it stands",
    )  # fmt: skip
    @needs(Scope.READ)
    def newest(request: Request, query: Annotated[FeedQuery, Query()]) -> Response:
        seen = context.seen(request)
        seen.declared(query.target)
        told = said.newest(context.home, query.cap_status.value, _Visible(seen).renewed())
        found = list(islice((one for one in told if _asked_for(one, _level(one), query)), query.limit))
        body = atom.atom_of(found, context.home.configuration, query.lang.value)
        return Response(body, media_type=f"{atom.MEDIA_TYPE}; charset=utf-8", headers=HEADERS)

    @router.get(
        "/v1/alerts/{alert_id}/cap.xml", operation_id="alert_cap", response_class=Response,
        responses={200: {"description": "a document of CAP 1.2", "content": {cap.MEDIA_TYPE: text}}},
        summary="The last message about a notice in the Common Alerting Protocol 1.2",
    )  # fmt: skip
    @needs(Scope.READ)
    def as_cap(request: Request, alert_id: AlertId, _query: Annotated[Nothing, Query()]) -> Response:
        seen = context.seen(request)
        every = said.about(context.home, alert_id, _Visible(seen).renewed())
        last = every[-1]
        if last.kind != "Cancel":
            seen.served(last.target)
        body = cap.cap_of(last, context.home.configuration, every[:-1])
        return Response(body, media_type=f"{cap.MEDIA_TYPE}; charset=utf-8", headers=HEADERS)

    return router


class _Visible:
    """What a caller sees, for as long as he listens: looked for again where something was published or suspended since."""

    def __init__(self, seen: Seen) -> None:
        self._seen, self._generation = seen, -1
        self.view = View(NOWHERE)

    def renew(self) -> None:
        """Look for it again."""
        generation = self._seen.current.generation
        if generation == self._generation:
            return
        try:
            self.view = self._seen.view
        except NoSnapshot:
            self.view = self._seen.view_of(NOWHERE)  # nothing lies anywhere yet
        self._generation = generation

    def renewed(self) -> View:
        """What he sees now."""
        self.renew()
        return self.view


def _level(message: Message) -> str | None:
    return None if message.kind == "Cancel" else message.level


def _asked_for(message: Message, level: str | None, query: FeedQuery | StreamQuery) -> bool:
    return (
        message.status == query.cap_status.value
        and query.target in (None, message.target)
        and (query.level is None or level is None or height(level) >= height(query.level.value))
    )


def subscriptions_router(context: Context) -> APIRouter:
    """`/v1/subscriptions…`: one's own, within one's own area."""
    router = described("alerts")
    home = context.home
    trying = threading.BoundedSemaphore(_AT_ONCE)

    @router.get(
        "/v1/subscriptions", operation_id="subscriptions", response_model=Subscriptions,
        summary="One's own receivers of notices, the newest first",
    )  # fmt: skip
    @needs(Scope.ACT, Scope.EXPORT)
    def listed(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        return uncached({"items": subscriptions.listed(home, context.seen(request).caller, query.limit)})

    @router.post(
        "/v1/subscriptions", operation_id="create_subscription", response_model=MadeSubscription,
        summary="Tell a receiver of notices, within one's own area; the secret of a webhook is told this once",
    )  # fmt: skip
    @needs(Scope.ACT, Scope.EXPORT)
    def create(request: Request, asked: SubscriptionAsked, _query: Annotated[Nothing, Query()]) -> Response:
        seen = context.seen(request)
        if Scope.READ not in seen.caller.scopes:
            raise ScopeNeeded(needed=Scope.READ.value)  # nobody is told what he may not read
        one = Asked(
            asked.name, asked.channel.value, asked.address, asked.token, asked.language.value, asked.target,
            None if asked.min_level is None else asked.min_level.value, asked.team_id, _area(seen, asked.area),
            asked.status.value,
        )  # fmt: skip
        teams = there_is(home, lambda team: seen.holds(team.unit, team.code))
        by = origin(request.scope)
        made = subscriptions.create(home, one, seen.caller, by, seen.covers, now=context.clock(), answers=teams)
        return uncached(made)

    @router.delete(
        "/v1/subscriptions/{subscription_id}", operation_id="remove_subscription", response_model=RemovedSubscription,
        summary="Tell a receiver nothing any more",
    )  # fmt: skip
    @needs(Scope.ACT, Scope.EXPORT)
    def remove(request: Request, subscription_id: SubscriptionId, _query: Annotated[Nothing, Query()]) -> Response:
        return uncached(subscriptions.remove(home, subscription_id, *_by(request), now=context.clock()))

    @router.post(
        "/v1/subscriptions/{subscription_id}/test", operation_id="test_subscription", response_model=TestedSubscription,
        summary="Send a receiver a test now, which no program takes for a notice",
    )  # fmt: skip
    @needs(Scope.ACT, Scope.EXPORT)
    def test(request: Request, subscription_id: SubscriptionId, _query: Annotated[Nothing, Query()]) -> Response:
        if not trying.acquire(blocking=False):
            raise TooManyRequests(seconds=5)
        try:
            return uncached(try_out(home, subscription_id, context.seen(request).caller))
        finally:
            trying.release()

    @router.post(
        "/v1/subscriptions/{subscription_id}/rotate", operation_id="rotate_subscription",
        response_model=RotatedSubscription, summary="Give a webhook another secret; the one before signs beside it for a day",
    )  # fmt: skip
    @needs(Scope.ACT, Scope.EXPORT)
    def rotate(request: Request, subscription_id: SubscriptionId, _query: Annotated[Nothing, Query()]) -> Response:
        return uncached(subscriptions.rotate(home, subscription_id, *_by(request), now=context.clock()))

    @router.post(
        "/v1/subscriptions/{subscription_id}/replay", operation_id="replay_subscription",
        response_model=ReplayedSubscription, summary="Try again what was given up, and go on where it was stopped",
    )  # fmt: skip
    @needs(Scope.ACT, Scope.EXPORT)
    def again(request: Request, subscription_id: SubscriptionId, _query: Annotated[Nothing, Query()]) -> Response:
        number = replay(home, subscription_id, *_by(request), now=context.clock())
        return uncached({"id": subscription_id, "replayed": number})

    def _by(request: Request) -> tuple[Any, str]:
        return context.seen(request).caller, origin(request.scope)

    def _area(seen: Seen, codes: list[str] | None) -> Area:
        try:
            return seen.area(codes)
        except (AreaAmbiguous, UnknownArea) as error:
            raise SubscriptionInvalid(parameter="area", problem=OF_AREA) from error

    return router
