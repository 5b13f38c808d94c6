"""RabbitMQ, as its official image is started."""

from sandbox.dataservices import DataService, as_user

SERVICE = DataService(
    id="rabbitmq",
    title="RabbitMQ",
    images=("rabbitmq",),
    ports=(5672,),
    dockerfile=as_user("rabbitmq"),
    variables={
        "RABBITMQ_URL": "amqp://guest:guest@{name}:5672/",
        "AMQP_URL": "amqp://guest:guest@{name}:5672/",
    },
)
