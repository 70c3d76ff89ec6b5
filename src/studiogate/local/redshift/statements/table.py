"""What of the Data API is offered: each operation, what it needs, and what it looks at.

Sessions that outlive a statement, events, and results as CSV are refused by name.
"""

from collections.abc import Mapping

from studiogate.local.redshift.standing.desk import Doing, words
from studiogate.local.redshift.statements import asking, catalogue, results, running
from studiogate.local.redshift.statements.asking import DataApi

_SIGN_IN = words("ClusterIdentifier Database DbUser SecretArn WorkgroupName")
_RUN = _SIGN_IN | words(
    "ClientToken Parameters ResultFormat StatementName WaitTimeSeconds WithEvent"
)
_LOOK = _SIGN_IN | words("ConnectedDatabase MaxResults NextToken")
_WHICH = words("Id WaitTimeSeconds")

OPERATIONS: Mapping[str, Doing[DataApi]] = {
    "ExecuteStatement": Doing(running.execute, asking.on_target, _RUN | words("Sql")),
    "BatchExecuteStatement": Doing(
        running.execute_batch, asking.on_target, _RUN | words("ExecutionMode Sqls")
    ),
    "DescribeStatement": Doing(running.describe, asking.on_statement, _WHICH),
    "GetStatementResult": Doing(
        results.get_result, asking.on_statement, _WHICH | words("NextToken")
    ),
    "CancelStatement": Doing(running.cancel, asking.on_statement, words("Id")),
    "ListStatements": Doing(
        running.list_statements,
        asking.on_list,
        words(
            "ClusterIdentifier Database MaxResults NextToken RoleLevel StatementName Status "
            "WorkgroupName"
        ),
    ),
    "ListDatabases": Doing(catalogue.list_databases, asking.on_target, _LOOK),
    "ListSchemas": Doing(
        catalogue.list_schemas, asking.on_target, _LOOK | words("SchemaPattern")
    ),
    "ListTables": Doing(
        catalogue.list_tables, asking.on_target, _LOOK | words("SchemaPattern TablePattern")
    ),
    "DescribeTable": Doing(
        catalogue.describe_table, asking.on_target, _LOOK | words("Schema Table")
    ),
}
