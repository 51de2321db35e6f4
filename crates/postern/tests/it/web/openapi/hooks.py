"""Who calls: the first way that the operation names. Where a token and a session will do, they take turns. Now and then a write
comes from another site."""

import itertools
import os

import schemathesis

TURNS = itertools.count()
FROM_ELSEWHERE = 12


@schemathesis.auth(refresh_interval=None)
class Caller:
    def get(self, case, context):
        named = [name for way in context.operation.definition.raw.get("security") or [] for name in way]
        named = [name for name in named if name != "case_cookie"]
        return named[next(TURNS) % len(named)] if named else None

    def set(self, case, name, context):
        if name == "session":
            case.cookies["__Host-postern-session"] = os.environ["SESSION"]
        else:
            case.headers["Authorization"] = f"Bearer {os.environ[name.upper()]}"


@schemathesis.hook
def before_call(context, case, kwargs):
    is_declared = case.method.upper() == case.operation.method.upper()
    site = "cross-site" if is_declared and next(TURNS) % FROM_ELSEWHERE == 0 else "same-origin"
    case.headers.setdefault("Sec-Fetch-Site", site)
