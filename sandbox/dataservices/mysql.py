"""MySQL and MariaDB, as their official images are started."""

from sandbox.dataservices import DataService, as_user

SERVICE = DataService(
    id="mysql",
    title="MySQL",
    images=("mysql", "mysql/mysql-server", "mariadb"),
    ports=(3306,),
    env={"MYSQL_ALLOW_EMPTY_PASSWORD": "yes", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": "yes"},
    dockerfile=as_user("mysql"),
)
