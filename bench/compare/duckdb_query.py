"""What DuckDB needs for two plain questions about an Entra export: failures by person and code, and who had five
denied prompts within an hour. Prints seconds and the size of the answers.

usage: duckdb_query.py EXPORT.jsonl THREADS
"""

import sys
import time

import duckdb

# The columns are named, so that DuckDB need not guess them from a sample: the quickest way that it offers.
COLUMNS = """{
    time: 'VARCHAR',
    properties: 'STRUCT(
        id VARCHAR, createdDateTime VARCHAR, userPrincipalName VARCHAR, ipAddress VARCHAR,
        status STRUCT(errorCode BIGINT, failureReason VARCHAR, additionalDetails VARCHAR)
    )'
}"""

BY_PERSON_AND_CODE = """
    SELECT lower(person) AS person, code, count(*) AS failures
    FROM attempts WHERE code <> 0 GROUP BY ALL
"""

FIVE_DENIALS = """
    WITH denied AS (
        SELECT lower(person) AS person, moment,
               lag(moment, 4) OVER (PARTITION BY lower(person) ORDER BY moment) AS fifth_before
        FROM attempts WHERE code = 500121 AND detail LIKE '%declined%'
    )
    SELECT DISTINCT person FROM denied WHERE moment - fifth_before <= INTERVAL 1 HOUR
"""


def main() -> None:
    path, threads = sys.argv[1], int(sys.argv[2])
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    started = time.perf_counter()
    connection.execute(
        f"""
        CREATE TEMP TABLE attempts AS
        SELECT DISTINCT
            properties.id AS id,
            properties.createdDateTime::TIMESTAMPTZ AS moment,
            properties.userPrincipalName AS person,
            properties.status.errorCode AS code,
            properties.status.additionalDetails AS detail
        FROM read_json('{path}', format = 'newline_delimited', columns = {COLUMNS})
        """
    )
    failures = connection.execute(BY_PERSON_AND_CODE).fetchall()
    denied = connection.execute(FIVE_DENIALS).fetchall()
    seconds = time.perf_counter() - started
    print(f"{seconds:.6f} {len(failures)} {sum(row[2] for row in failures)} {len(denied)}")


main()
