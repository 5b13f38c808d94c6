from library import create_app


def test_front():
    assert create_app({"TESTING": True}).test_client().get("/").status_code == 200
