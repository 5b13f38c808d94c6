# homework 4 - group 12
import random
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

CITIES = ["Graz", "Linz", "Wien"]

async def forecast(request):
    city = request.path_params["city"]
    if city not in CITIES:
        return JSONResponse({"error": "unknown city"}, status_code=404)
    return JSONResponse({"city": city, "degrees": random.randint(-5, 30)})

async def ready(request):
    return JSONResponse({"ready": True})

server = Starlette(routes=[Route("/forecast/{city}", forecast), Route("/ready", ready)])
