"""MySQL and MariaDB, as their official images are started."""

from sandbox.dataservices import DataService, as_user

_OF = "(?:DB|DATABASE|MYSQL|MARIADB|TYPEORM|SQL)"

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
    drivers=("mysql", "mysql2", "mysqlclient", "mysql-connector-python", "pymysql", "aiomysql", "flask-mysqldb"),
    settings={
        rf"\w*{_OF}_?(?:UR[IL]|CONN(?:ECTION)?_?STR(?:ING)?|DSN)": "mysql://root:{secret}@{name}:3306/app",
        rf"{_OF}_?(?:HOST(?:NAME)?|SERVER)": "{name}",
        rf"{_OF}_?PORT": "3306",
        rf"{_OF}_?USER(?:NAME)?": "root",
        rf"{_OF}_?(?:PASSWORD|PASS|PWD)": "{secret}",
        rf"{_OF}_?(?:NAME|DATABASE|DB)|DB": "app",
    },
    at_need=True,
)
