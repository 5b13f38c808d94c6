"""Django's routes: prefixes of included tables, and the methods of the views behind them."""

from sandbox.pysource.routes import routes_of
from sandbox.pysource.syntax import modules
from sandbox.tree import Tree

ROOT = (
    "from django.contrib import admin\nfrom django.urls import include, path\n"
    "urlpatterns = [\n    path('admin/', admin.site.urls),\n    path('api/', include('chat.urls')),\n"
    "    path('', include('pages.urls')),\n]\n"
)
CHAT = (
    "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\n"
    "from . import views\nfrom .views import Upload\nrouter = DefaultRouter()\n"
    "router.register('talks', views.Talks)\n"
    "urlpatterns = [path('ask/', views.ask), path('upload/', Upload.as_view()), path('', include(router.urls))]\n"
)
VIEWS = (
    "from rest_framework.decorators import api_view\nfrom rest_framework.views import APIView\n"
    "@api_view(['POST'])\ndef ask(request):\n    return answer(request.data['question'])\n"
    "class Upload(APIView):\n    def post(self, request): ...\n"
)
PAGES = (
    "from django.urls import path\nfrom pages.views import home\nurlpatterns = [path('', home), path('up/', home)]\n"
)
HOME = "def home(request):\n    if request.method == 'POST':\n        return reply(request)\n    return page()\n"
FILES = {
    "site/urls.py": ROOT,
    "chat/urls.py": CHAT,
    "chat/views.py": VIEWS,
    "pages/urls.py": PAGES,
    "pages/views.py": HOME,
}


def found(files):
    return routes_of(modules(Tree.of(files)))


def test_included_tables_have_their_prefix_and_views_their_methods():
    assert {(route.method, route.path) for route in found(FILES)} == {
        ("GET", "/admin/"),
        ("POST", "/api/ask/"),
        ("POST", "/api/upload/"),
        ("GET", "/api/talks/"),
        ("POST", "/api/talks/"),
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/up/"),
        ("POST", "/up/"),
    }


def test_a_view_tells_what_it_reads():
    (ask,) = [route for route in found(FILES) if route.path == "/api/ask/"]
    assert (ask.function, ask.inputs.kind, ask.inputs.names) == ("ask", "json", ("question",))


def test_tables_that_include_each_other_end():
    files = {
        "a/urls.py": "from django.urls import include, path\nurlpatterns = [path('b/', include('b.urls'))]\n",
        "b/urls.py": "from django.urls import include, path\nurlpatterns = [path('a/', include('a.urls'))]\n",
    }
    assert found(files) == ()
