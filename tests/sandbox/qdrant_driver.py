"""qdrant-client against a Qdrant, run inside a pod: `python -c "$(cat this)" ADDRESS KEY` asserts, and prints what
conforms.

What it asks is in Qdrant's documentation, so that a real server passes as well.
"""

import json
import sys
import urllib.request
import warnings

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

NOTES = "notes"


def write(client):
    assert not client.collection_exists(NOTES)
    cosine = models.VectorParams(size=3, distance=models.Distance.COSINE)
    assert client.create_collection(NOTES, vectors_config=cosine)
    assert refused(lambda: client.create_collection(NOTES, vectors_config=cosine)) == 409
    points = [
        models.PointStruct(id=number, vector=[number, 1, 0.5], payload={"n": number, "even": number % 2 == 0})
        for number in range(1, 9)
    ]
    assert client.upsert(NOTES, points).status == models.UpdateStatus.COMPLETED
    client.upsert(NOTES, models.Batch(ids=["5c56c793-69f3-4fbf-87e6-c4bf54c28c26"], vectors=[[0, 0, 1]]))
    client.create_payload_index(NOTES, "even", models.PayloadSchemaType.BOOL)
    client.set_payload(NOTES, {"seen": True}, points=[1])
    assert client.get_collection(NOTES).points_count == 9
    assert [one.name for one in client.get_collections().collections] == [NOTES]


def read(client):
    found = client.query_points(NOTES, query=[1.0, 1.0, 0.5], limit=2).points
    assert [point.id for point in found] == [1, 2]
    assert found[0].payload == {"n": 1, "even": False, "seen": True}
    even = models.Filter(must=[models.FieldCondition(key="even", match=models.MatchValue(value=True))])
    assert client.query_points(NOTES, query=[1.0, 1.0, 0.5], query_filter=even).points[0].id == 2
    near = models.RecommendQuery(recommend=models.RecommendInput(positive=[1]))
    assert client.query_points(NOTES, query=near, limit=1).points[0].id == 2
    first, then = client.scroll(NOTES, limit=3)
    assert [point.id for point in first] == [1, 2, 3]
    assert then == 4
    assert client.count(NOTES, count_filter=even).count == 4
    assert len(client.retrieve(NOTES, [1], with_vectors=True)[0].vector) == 3
    client.delete(NOTES, models.FilterSelector(filter=even))
    assert client.count(NOTES).count == 5


def refusals(client):
    assert refused(lambda: client.query_points("nothing", query=[1.0])) == 404
    assert refused(lambda: client.upsert(NOTES, [models.PointStruct(id=1, vector=[1.0])])) == 400
    assert client.delete_collection(NOTES)


def plain(address, key):
    """As other languages ask: the older search, and the checks of a cluster's keeper."""
    for path in ("/healthz", "/livez", "/readyz"):
        assert urllib.request.urlopen(address + path).status == 200
    assert refused(lambda: QdrantClient(url=address, timeout=20).get_collections()) == 401
    body = json.dumps({"vector": [1, 1, 0.5], "limit": 1}).encode()
    headers = {"Content-Type": "application/json", "api-key": key}
    request = urllib.request.Request(f"{address}/collections/{NOTES}/points/search", body, headers)
    with urllib.request.urlopen(request) as answer:
        told = json.load(answer)
    assert told["status"] == "ok"
    assert told["result"][0]["id"] == 1
    assert not told["result"][0].get("payload")


def refused(act):
    try:
        act()
    except UnexpectedResponse as error:
        return error.status_code
    raise AssertionError("nothing was refused")


def main(address, key):
    warnings.simplefilter("ignore")  # a key over plain HTTP, which never leaves the pod
    client = QdrantClient(url=address, api_key=key, timeout=20)
    write(client)
    read(client)
    plain(address, key)
    refusals(client)
    print("conforms")


if __name__ == "__main__":
    main(*sys.argv[1:])
