"""RabbitMQ, as its official image is started."""

from sandbox.dataservices import DataService

SERVICE = DataService(
    id="rabbitmq",
    title="RabbitMQ",
    images=("rabbitmq",),
    ports=(5672,),
)
