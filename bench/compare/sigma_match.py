"""The detection rules of a folder, applied by a Sigma engine in Python to records that are already normalised, one JSON
object per line. Correlations are left out: the engine has none. Prints what was found as JSON, with
seconds by the clock and of processor time.

usage: sigma_match.py RULES_FOLDER EVENTS.jsonl EXPORT.jsonl

The clock runs while records are read and matched, not while rules are loaded. A second clock runs while the same records
are parsed as the vendor exports them, and nothing is made of them: the least that an engine in Python needs to come from
the one to the other.
"""

import json
import pathlib
import sys
import time

import yaml
from sigma.rule import SigmaRule
from sigma_rule_matcher import RuleMatcher


def with_text_for_truths(value):
    """The engine knows no yes and no: the records carry them as words, and so must the rules."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [with_text_for_truths(item) for item in value]
    if isinstance(value, dict):
        return {key: with_text_for_truths(item) for key, item in value.items()}
    return value


def matchers(folder):
    for path in sorted(pathlib.Path(folder).glob("*.yml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if "detection" in document:
                document["detection"] = with_text_for_truths(document["detection"])
                yield RuleMatcher(SigmaRule.from_dict(document))


def main():
    rules = list(matchers(sys.argv[1]))
    records, matched = 0, 0
    started, busy = time.perf_counter(), time.process_time()
    with open(sys.argv[2], encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            found = [rule.match(event) for rule in rules]
            records += 1
            matched += any(found)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    parsing, parsing_busy = time.perf_counter(), time.process_time()
    with open(sys.argv[3], encoding="utf-8") as lines:
        parsed = sum(bool(json.loads(line)) for line in lines)
    parsing, parsing_busy = time.perf_counter() - parsing, time.process_time() - parsing_busy
    found = {"rules": len(rules), "records": records, "matched": matched}
    found |= {"seconds": seconds, "busy": busy, "parsed": parsed, "parsing": parsing, "parsing_busy": parsing_busy}
    print(json.dumps(found))


main()
