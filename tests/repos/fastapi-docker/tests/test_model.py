from app.model import predict_price


def test_more_rooms_cost_more():
    assert predict_price(4, 80) > predict_price(3, 80)
