"""Shopping list backend (project week)."""
import itertools

from quart import Quart, request

api = Quart(__name__)
items = {}
numbers = itertools.count(1)


@api.route("/items", methods=["GET"])
async def list_items():
    return items


@api.route("/items", methods=["POST"])
async def add_item():
    body = await request.get_json()
    number = next(numbers)
    items[number] = body["name"]
    return {"id": number}, 201


@api.route("/ping")
async def ping():
    return {"pong": True}
