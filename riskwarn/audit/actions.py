"""What can be done, as the audit names it: a declared list, so that no row says anything else."""

from __future__ import annotations

from enum import StrEnum

from riskwarn.messages import Message, Named
from riskwarn.words import NOTICE_STEPS


class Action(StrEnum):
    """One thing that was done. The part before the stop is what it was done to; `read` is a look at detail."""

    DATA_LOADED = "data.loaded"
    DATA_UNDONE = "data.undone"
    DATA_ERASED = "data.erased"
    QUARANTINE_DISMISSED = "quarantine.dismissed"
    UPLOAD_MADE = "upload.made"
    UPLOAD_TRIED = "upload.tried"
    UPLOAD_LOADED = "upload.loaded"
    UPLOAD_REMOVED = "upload.removed"
    MODEL_TRAINED = "model.trained"
    MODEL_PROMOTED = "model.promoted"
    MODEL_ROLLED_BACK = "model.rolled_back"
    SNAPSHOT_PUBLISHED = "snapshot.published"
    SNAPSHOT_WITHDRAWN = "snapshot.withdrawn"
    SNAPSHOT_SWEPT = "snapshot.swept"
    FORECAST_JUDGED = "forecast.judged"
    TARGET_SUSPENDED = "target.suspended"
    TARGET_RESUMED = "target.resumed"
    OPERATOR_CREATED = "operator.created"
    OPERATOR_CHANGED = "operator.changed"
    OPERATOR_REVOKED = "operator.revoked"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    GRANT_ASKED = "grant.asked"
    GRANT_CONFIRMED = "grant.confirmed"
    GRANT_REFUSED = "grant.refused"
    SESSION_OPENED = "session.opened"
    SESSION_CLOSED = "session.closed"
    SESSION_REFUSED = "session.refused"
    SESSION_LOCKED = "session.locked"
    ACCESS_REFUSED = "access.refused"
    ALERT_CHANGED = "alert.changed"
    PLAN_MADE = "plan.made"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    SUBSCRIPTION_REMOVED = "subscription.removed"
    EXPORT_ASKED = "export.asked"
    EXPORT_APPROVED = "export.approved"
    EXPORT_REFUSED = "export.refused"
    EXPORT_MADE = "export.made"
    DELIVERY_SENT = "delivery.sent"
    SECRET_SET = "secret.set"
    SECRET_REMOVED = "secret.removed"
    SECRET_ROTATED = "secret.rotated"
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_ANCHORED = "audit.anchored"
    AUDIT_TRIMMED = "audit.trimmed"
    AUDIT_REMOVED = "audit.removed"
    READ_RANKING = "read.ranking"
    READ_PORTRAIT = "read.portrait"
    READ_EXPLANATION = "read.explanation"
    READ_HISTORY = "read.history"
    READ_ALERT = "read.alert"
    READ_PLAN = "read.plan"
    READ_RECORD = "read.record"
    READ_REPORT = "read.report"
    READ_AUDIT = "read.audit"


#: Giving data to others is remembered longer than all else.
KEPT_LONG = tuple(one for one in Action if one.partition(".")[0] in ("export", "delivery"))

#: How each is called in a table for people.
TITLES: dict[str, Message] = {
    Action.DATA_LOADED: Message("loaded data"),
    Action.DATA_UNDONE: Message("took a load back"),
    Action.DATA_ERASED: Message("erased data"),
    Action.QUARANTINE_DISMISSED: Message("dismissed refused rows"),
    Action.UPLOAD_MADE: Message("handed files over"),
    Action.UPLOAD_TRIED: Message("tried files that were handed over"),
    Action.UPLOAD_LOADED: Message("loaded files that were handed over"),
    Action.UPLOAD_REMOVED: Message("removed files that were handed over"),
    Action.MODEL_TRAINED: Message("trained a model"),
    Action.MODEL_PROMOTED: Message("promoted a model"),
    Action.MODEL_ROLLED_BACK: Message("went back to earlier models"),
    Action.SNAPSHOT_PUBLISHED: Message("published a snapshot"),
    Action.SNAPSHOT_WITHDRAWN: Message("withdrew a snapshot"),
    Action.SNAPSHOT_SWEPT: Message("let go of a snapshot's files"),
    Action.FORECAST_JUDGED: Message("judged a forecast"),
    Action.TARGET_SUSPENDED: Message("suspended a target"),
    Action.TARGET_RESUMED: Message("resumed a target"),
    Action.OPERATOR_CREATED: Message("created an operator"),
    Action.OPERATOR_CHANGED: Message("changed an operator"),
    Action.OPERATOR_REVOKED: Message("revoked an operator"),
    Action.KEY_CREATED: Message("created a key"),
    Action.KEY_ROTATED: Message("rotated a key"),
    Action.KEY_REVOKED: Message("revoked a key"),
    Action.GRANT_ASKED: Message("asked for a right"),
    Action.GRANT_CONFIRMED: Message("confirmed a right"),
    Action.GRANT_REFUSED: Message("refused a right"),
    Action.SESSION_OPENED: Message("signed in"),
    Action.SESSION_CLOSED: Message("signed out"),
    Action.SESSION_REFUSED: Message("could not sign in"),
    Action.SESSION_LOCKED: Message("was locked out"),
    Action.ACCESS_REFUSED: Message("was refused"),
    Action.ALERT_CHANGED: Message("changed an alert"),
    Action.PLAN_MADE: Message("made a plan"),
    Action.SUBSCRIPTION_CREATED: Message("created a subscription"),
    Action.SUBSCRIPTION_CHANGED: Message("changed a subscription"),
    Action.SUBSCRIPTION_REMOVED: Message("removed a subscription"),
    Action.EXPORT_ASKED: Message("asked for an export"),
    Action.EXPORT_APPROVED: Message("approved an export"),
    Action.EXPORT_REFUSED: Message("refused an export"),
    Action.EXPORT_MADE: Message("exported data"),
    Action.DELIVERY_SENT: Message("delivered a message"),
    Action.SECRET_SET: Message("set a secret"),
    Action.SECRET_REMOVED: Message("removed a secret"),
    Action.SECRET_ROTATED: Message("sealed the secrets anew"),
    Action.BACKUP_MADE: Message("made a backup"),
    Action.BACKUP_RESTORED: Message("restored a backup"),
    Action.AUDIT_EXPORTED: Message("exported the audit"),
    Action.AUDIT_ANCHORED: Message("noted the end of the audit anew"),
    Action.AUDIT_TRIMMED: Message("removed rows past their time"),
    Action.AUDIT_REMOVED: Message("(rows past their time)"),
    Action.READ_RANKING: Message("read a ranking"),
    Action.READ_PORTRAIT: Message("read a portrait"),
    Action.READ_EXPLANATION: Message("read an explanation"),
    Action.READ_HISTORY: Message("read a history"),
    Action.READ_ALERT: Message("read an alert"),
    Action.READ_PLAN: Message("read a plan"),
    Action.READ_RECORD: Message("read the track record"),
    Action.READ_REPORT: Message("read the report of a model"),
    Action.READ_AUDIT: Message("read the audit"),
}

#: What is done with a notice is a request where it is a button; of what was done it is said so.
_STEPS = {
    "acknowledge": "acknowledged", "start": "started", "assign": "assigned to another team", "note": "note added", "extend": "deadline extended",
    "return": "returned", "refer": "referred upwards", "co_handle": "another team joined", "contest": "contested", "close": "closed", "reopen": "reopened",
}  # fmt: skip
#: How it went (Chinese, English); in English a word that has none of its own is that of the code.
_RESULTS = {
    **{step: (zh, _STEPS.get(step, step)) for step, zh in NOTICE_STEPS.items()},
    "done": ("完成", "done"), "begun": ("已开始", "begun"), "failed": ("失败", "failed"), "waits": ("待确认", "waits for confirmation"),
    "refused": ("被拒绝", "refused"), "locked": ("已锁定", "locked"), "unknown": ("不明", "not known here"),
    "silenced": ("已静默", "silence begun"), "heard": ("静默已结束", "silence ended"), "problems": ("有问题", "done, with problems"),
    "current": ("当前", "now current"), "stored": ("已存", "stored, not current"), "champion": ("在用", "became champion"), "challenger": ("候选", "a challenger"),
    "record": ("一条记录", "one record"), "replayed": ("已重发", "sent again"), "forced": ("强制完成", "forced"),
    "ended": ("已到期", "its time was over"), "idle": ("久未使用", "not used for too long"), "replaced": ("另行登录", "signed in anew"),
    "revoked": ("授权已撤销", "the right was revoked"), "everywhere": ("所有设备", "on every device"), "changed": ("登录方式已改", "how one signs in was changed"), "unreachable": ("统一认证无应答", "the sign-on did not answer"),
    "gateway": ("网关不符", "not by the gateway"), "origin": ("来自别的网站", "from a page elsewhere"), "network": ("网络不符", "from another network"),
    "key": ("密钥无效", "no key in force"), "scope": ("权限不足", "no right to it"),
    "owner": ("所属人已无权", "its owner may not be told any more"), "gone": ("对方不再接收", "the receiver wants no more"),
}  # fmt: skip


def titled(action: str, result: str) -> tuple[str, str]:
    """(What was done, how it went) in words that can be translated; a word of code that has none stays as it is."""
    zh, en = _RESULTS.get(result, (result, result))
    return TITLES.get(action, action), Named(en.replace("_", " "), zh)
