ORDER = {
    "type": "object",
    "required": ["item", "pieces"],
    "properties": {"item": {"type": "string"}, "pieces": {"type": "integer", "minimum": 1}},
}
BODY = {"required": True, "content": {"application/json": {"schema": ORDER}}}
FINE = {"responses": {"200": {"description": "fine"}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {"/orders": {"get": FINE, "post": FINE | {"requestBody": BODY}}, "/rates": {"get": FINE}},
}
