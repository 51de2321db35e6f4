"""Two plain questions about an Entra export, asked of DuckDB: failures by person and code, and who refused five
prompts within an hour. Prints the answers as JSON, with seconds by the clock and of processor time.

usage: duckdb_query.py EXPORT.jsonl THREADS documented|table|tuned

documented  each question of the file itself, by read_json_auto, as DuckDB's documentation shows
table       read_json_auto once, into a table; both questions of the table
tuned       the same with the columns named, so that nothing is guessed from a sample: the quickest that it offers

An export repeats rows, so that all three leave repeats out, and interrupts are no failures. The clock begins when
DuckDB is loaded and connected, and stops when the answers are fetched.
"""

import json
import sys
import time

import duckdb

# With `properties` as the only column DuckDB 2.0 needs three times as long.
COLUMNS = """{
    time: 'VARCHAR',
    properties: 'STRUCT(
        id VARCHAR, createdDateTime VARCHAR, userPrincipalName VARCHAR,
        status STRUCT(errorCode BIGINT, additionalDetails VARCHAR)
    )'
}"""

ROWS = """
    SELECT DISTINCT
        properties.id AS id,
        properties.createdDateTime::TIMESTAMPTZ AS moment,
        lower(properties.userPrincipalName) AS person,
        properties.status.errorCode AS code,
        properties.status.additionalDetails AS detail
    FROM {file}
"""

# Success, and what only asks for more.
NO_FAILURES = "(0, 16000, 50058, 50074, 50076, 50079, 50097, 50140, 50158)"

BY_PERSON_AND_CODE = """
    SELECT person, code, count(*) AS failures FROM {attempts} WHERE code NOT IN {no_failures} GROUP BY ALL
"""

FIVE_DENIALS = """
    WITH denied AS (
        SELECT person, moment, lag(moment, 4) OVER (PARTITION BY person ORDER BY moment) AS fifth_before
        FROM {attempts} WHERE code = 500121 AND detail LIKE '%declined%'
    )
    SELECT DISTINCT person FROM denied WHERE moment - fifth_before <= INTERVAL 1 HOUR
"""

# The same two questions, each with only the columns that it needs, as one would ask them of a file.
BY_PERSON_AND_CODE_OF_FILE = """
    SELECT lower(properties.userPrincipalName) AS person, properties.status.errorCode AS code,
           count(DISTINCT properties.id) AS failures
    FROM {file} WHERE properties.status.errorCode NOT IN {no_failures} GROUP BY ALL
"""

DENIED_OF_FILE = """(
    SELECT DISTINCT properties.id, lower(properties.userPrincipalName) AS person,
           properties.createdDateTime::TIMESTAMPTZ AS moment,
           properties.status.errorCode AS code, properties.status.additionalDetails AS detail
    FROM {file} WHERE properties.status.errorCode = 500121
)"""


def ask(connection, path, way):
    """The rows of both answers."""
    if way == "documented":
        file = f"read_json_auto('{path}')"
        first = BY_PERSON_AND_CODE_OF_FILE.format(file=file, no_failures=NO_FAILURES)
        second = FIVE_DENIALS.format(attempts=DENIED_OF_FILE.format(file=file))
    else:
        named = f"read_json('{path}', format = 'newline_delimited', columns = {COLUMNS})"
        file = f"read_json_auto('{path}')" if way == "table" else named
        connection.execute("CREATE TEMP TABLE attempts AS " + ROWS.format(file=file))
        first = BY_PERSON_AND_CODE.format(attempts="attempts", no_failures=NO_FAILURES)
        second = FIVE_DENIALS.format(attempts="attempts")
    return connection.execute(first).fetchall(), connection.execute(second).fetchall()


def checked(texts):
    """How many, and the sum of their FNV-1a hashes, as the answer key has them."""
    count, total = 0, 0
    for text in texts:
        value = 0xCBF29CE484222325
        for byte in text.encode():
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        count, total = count + 1, (total + value) & 0xFFFFFFFFFFFFFFFF
    return {"count": count, "checksum": f"{total:016x}"}


def main():
    path, threads, way = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    started, busy = time.perf_counter(), time.process_time()
    by_code, denied = ask(connection, path, way)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    answers = {
        "seconds": seconds,
        "busy": busy,
        "by_person_and_code": checked(f"{person}|{code}|{failures}" for person, code, failures in by_code),
        "five_denials": checked(person for (person,) in denied),
    }
    print(json.dumps(answers))


main()
