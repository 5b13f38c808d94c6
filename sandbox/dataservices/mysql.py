"""MySQL and MariaDB, as their official images are started."""

from sandbox.dataservices import DataService, as_user

SERVICE = DataService(
    id="mysql",
    title="MySQL",
    images=("mysql", "mysql/mysql-server", "mariadb"),
    ports=(3306,),
    env={"MYSQL_ALLOW_EMPTY_PASSWORD": "yes", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": "yes"},
    dockerfile=as_user("mysql"),
    variables={
        "DATABASE_URL": "mysql://root:{secret}@{name}:3306/app",
        "MYSQL_HOST": "{name}",
        "MYSQL_USER": "root",
        "MYSQL_PASSWORD": "{secret}",
        "MYSQL_DATABASE": "app",
    },
    setup={
        "MYSQL_ROOT_PASSWORD": "{secret}",
        "MARIADB_ROOT_PASSWORD": "{secret}",
        "MYSQL_DATABASE": "app",
        "MARIADB_DATABASE": "app",
    },
)
