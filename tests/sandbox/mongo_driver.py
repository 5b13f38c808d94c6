"""PyMongo against a MongoDB, run inside a pod: `python -c "$(cat this)" ADDRESS` asserts, and prints what conforms.

What it asks is in MongoDB's documentation, so that a real server passes as well.
"""

import datetime
import re
import sys

import bson
import pymongo
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure


def crud(shop):
    items = shop.items
    first = items.insert_one(
        {"name": "tea", "n": 1, "at": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), "tags": ["hot"]}
    ).inserted_id
    items.insert_many([{"name": f"item {number}", "n": number} for number in range(2, 252)])
    assert len(list(items.find({}, batch_size=20))) == 251
    assert list(items.find_one({"_id": first})) == ["_id", "name", "n", "at", "tags"]
    assert [row["n"] for row in items.find({}, {"n": 1}).sort("n", -1).skip(1).limit(2)] == [250, 249]
    assert items.count_documents({"name": re.compile("^ITEM 1", re.IGNORECASE)}) == 110
    assert items.distinct("tags") == ["hot"]
    changed = items.update_one({"_id": first}, {"$inc": {"n": 4}, "$push": {"tags": "green"}})
    assert (changed.matched_count, changed.modified_count) == (1, 1)
    assert items.update_many({"n": {"$gt": 200}}, {"$set": {"big": True}}).modified_count == 51
    made = items.update_one({"name": "cake"}, {"$setOnInsert": {"n": 0}}, upsert=True).upserted_id
    assert next(iter(items.find_one({"name": "cake"}))) == "_id"
    after = items.find_one_and_update({"_id": made}, {"$set": {"n": 7}}, return_document=pymongo.ReturnDocument.AFTER)
    assert after == {"_id": made, "name": "cake", "n": 7}
    assert items.find_one_and_delete({"_id": made})["name"] == "cake"
    assert items.delete_many({"n": {"$gte": 100}}).deleted_count == 152
    bulk = items.bulk_write([pymongo.InsertOne({"_id": 1}), pymongo.UpdateOne({"_id": 1}, {"$set": {"x": 1}})])
    assert (bulk.inserted_count, bulk.modified_count) == (1, 1)
    shop.get_collection("quiet", write_concern=pymongo.WriteConcern(w=0)).insert_one({"a": 1})
    assert shop.quiet.count_documents({}) == 1


def types(shop):
    given = {
        "_id": 1,
        "d": bson.Decimal128("1.50"),
        "b": b"\x00x",
        "l": bson.Int64(5),
        "r": bson.Regex("^a"),
        "n": None,
    }
    shop.types.insert_one(given)
    assert shop.types.find_one() == given


def pipelines(shop):
    shop.orders.insert_many([{"item": "tea", "q": 2}, {"item": "tea", "q": 3}, {"item": "item 2", "q": 1}])
    grouped = shop.orders.aggregate([{"$group": {"_id": "$item", "all": {"$sum": "$q"}}}, {"$sort": {"all": -1}}])
    assert list(grouped) == [{"_id": "tea", "all": 5}, {"_id": "item 2", "all": 1}]
    looked = {"$lookup": {"from": "items", "localField": "item", "foreignField": "name", "as": "row"}}
    shown = {"$project": {"_id": 0, "q": 1, "row.n": 1}}
    joined = shop.orders.aggregate([{"$match": {"q": 3}}, looked, {"$unwind": "$row"}, shown])
    assert list(joined) == [{"q": 3, "row": {"n": 5}}]


def catalogue(client, shop):
    assert shop.items.create_index("name", unique=True, sparse=True) == "name_1"
    assert shop.items.index_information()["name_1"]["unique"]
    for write in (
        lambda: shop.items.insert_one({"name": "tea"}),
        lambda: shop.items.update_one({"name": "item 2"}, {"$set": {"name": "tea"}}),
    ):
        error = raised(DuplicateKeyError, write)
        assert (error.code, error.details["keyPattern"], error.details["keyValue"]) == (
            11000,
            {"name": 1},
            {"name": "tea"},
        )
    error = raised(BulkWriteError, lambda: shop.items.insert_many([{"name": "tea"}, {"name": "new"}], ordered=False))
    assert error.details["nInserted"] == 1
    assert set(shop.list_collection_names()) == {"items", "orders", "quiet", "types"}
    assert "shop" in client.list_database_names()
    assert shop.command("collStats", "orders")["count"] == 3
    shop.orders.rename("sold")
    shop.sold.drop()
    assert "orders" not in shop.list_collection_names()


def refusals(client, shop):
    assert raised(OperationFailure, lambda: shop.command("makeCoffee")).code == 59
    assert raised(OperationFailure, shop.items.watch).code == 40573

    def transact():
        with client.start_session() as session, session.start_transaction():
            shop.items.insert_one({"a": 1}, session=session)

    assert raised(OperationFailure, transact).code == 20


def passwords(address):
    if "@" in address:
        assert raised(OperationFailure, pymongo.MongoClient(address.replace("@", "x@")).shop.items.find_one).code == 18
        assert raised(OperationFailure, pymongo.MongoClient("localhost").shop.items.find_one).code == 13
        for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256"):
            assert pymongo.MongoClient(address, authMechanism=mechanism).shop.items.find_one()


def raised(kind, act):
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def main(address):
    client = pymongo.MongoClient(address, serverSelectionTimeoutMS=10_000)
    assert client.admin.command("ping")["ok"] == 1.0
    assert client.server_info()["version"] >= "4"
    client.drop_database("shop")
    shop = client.shop
    crud(shop)
    types(shop)
    pipelines(shop)
    catalogue(client, shop)
    refusals(client, shop)
    passwords(address)
    client.drop_database("shop")
    print("conforms")


if __name__ == "__main__":
    main(sys.argv[1])
