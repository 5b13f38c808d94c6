"""MySQL, as its official image is started."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="mysql",
    title="MySQL",
    images=("mysql", "mysql/mysql-server", "mariadb"),
    ports=(3306,),
    env={"MYSQL_ALLOW_EMPTY_PASSWORD": "yes", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": "yes"},
)
