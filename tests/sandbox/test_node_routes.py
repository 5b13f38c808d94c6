"""What the source of Node.js servers says of routes, ports, loopback and settings, without running any of it."""

import pytest

from sandbox.nodesource.listening import listening_of, placeholders_of
from sandbox.nodesource.packages import Package
from sandbox.nodesource.routes import routes_of
from sandbox.nodesource.sources import sources_of
from sandbox.sourcetext.placeholders import PLACEHOLDER
from sandbox.tree import Tree


def sources(files):
    return sources_of(Tree.of(files if isinstance(files, dict) else {"server.js": files}), Package("", {}))


def routes(files):
    return {f"{route.method} {route.path}" for route in routes_of(sources(files))}


def listening(text, **options):
    return listening_of(sources(text), **options)


class TestRoutes:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("app.get('/x', (req, res) => {})", {"GET /x"}),
            ('app.post("/x/:id", auth, save)', {"POST /x/:id"}),
            ("app.post<{ Body: { a: string } }>(\n  '/x',\n  save)", {"POST /x"}),
            ("router.route('/x').get(a).put(b);", {"GET /x", "PUT /x"}),
            ("fastify.route({ method: 'POST', url: '/x', handler })", {"POST /x"}),
            ("http.createServer((req, res) => { if (req.url === '/x') res.end() })", {"GET /x"}),
            ("@Controller('cats')\nclass C { @Get() all() {} @Post(':id') add() {} }", {"GET /cats", "POST /cats/:id"}),
            ("axios.get('/x', { a: 1 })", set()),
            ("app.get('env')", set()),
            ("// app.get('/x', h)\n/* app.get('/y', h) */", set()),
            ("const a = 'http://x'; app.get('/x', h)", {"GET /x"}),
        ],
    )
    def test_calls_and_decorators(self, text, found):
        assert routes(text) == found

    def test_mounts_are_followed_through_files(self):
        files = {
            "app.js": (
                "const api = require('./routes')\nconst r = express.Router()\n"
                "r.get('/own', h)\napp.use('/local', r)\napp.use('/api', cors(), api)\n"
            ),
            "routes/index.js": "router.use('/items', require('./items'))\nrouter.get('/ping', h)\n",
            "routes/items.js": "router.get('/', h)\nrouter.post('/:id', h)\n",
        }
        assert routes(files) == {"GET /local/own", "GET /api/ping", "GET /api/items", "POST /api/items/:id"}

    def test_imports_and_prefixes_of_plugins(self):
        files = {
            "src/app.ts": "import { users } from './users.js'\napp.register(users, { prefix: '/v1' })\n",
            "src/users.ts": "export async function users(app) { app.get('/users', h) }\n",
        }
        assert routes(files) == {"GET /v1/users"}

    def test_files_that_are_routes(self):
        files = {
            "src/app/api/(v1)/items/[id]/route.ts": "export async function GET() {}\nexport const DELETE = del\n",
            "pages/api/health.js": "export default function h() {}\n",
            "server/api/todo.post.ts": "",
            "src/routes/feed/+server.ts": "export const GET = () => {}\n",
        }
        wanted = {"GET /api/items/:id", "DELETE /api/items/:id", "GET /api/health", "POST /api/todo", "GET /feed"}
        assert routes(files) == wanted

    def test_files_that_mount_each_other_end(self):
        files = {
            "a.js": "const b = require('./b')\nrouter.use('/a', b)\nrouter.get('/x', h)\n",
            "b.js": "const a = require('./a')\nrouter.use('/b', a)\n",
        }
        assert len(routes(files)) == 1


class TestListening:
    @pytest.mark.parametrize(
        ("text", "ports"),
        [
            ("app.listen(process.env.PORT || 5000)", (8000, 5000, 3000)),
            ("const port = 4000; app.listen(port)", (4000, 8000, 3000)),
            ("app.listen(8080, () => {})", (8080, 8000, 3000)),
            ("const { PORT = 3001 } = process.env; app.listen(PORT)", (8000, 3001, 3000)),
            ("app.listen({ port: 4321 })", (4321, 8000, 3000)),
            ("start()", (8000, 3000)),
        ],
    )
    def test_ports(self, text, ports):
        assert listening(text).expected(3000) == ports

    @pytest.mark.parametrize(
        ("text", "loopback"),
        [
            ("\napp.listen(3000, 'localhost')", "server.js:2"),
            ("app.listen({ port, host: '127.0.0.1' })", "server.js:1"),
            ("app.listen(3000, () => console.log('http://localhost:3000'))", ""),
            ("app.listen(3000, process.env.HOST || 'localhost')", ""),
        ],
    )
    def test_loopback(self, text, loopback):
        assert listening(text).loopback == loopback

    def test_fastify_without_a_host_is_on_loopback(self):
        assert listening("app.listen({ port: 3000 })", quiet_is_loopback=True).loopback == "server.js:1"
        assert not listening("app.listen({ port, host: '0.0.0.0' })", quiet_is_loopback=True).loopback


class TestSettings:
    def values(self, text, **files):
        tree = Tree.of({"server.js": text} | files)
        return placeholders_of(tree, sources_of(tree, Package("", {})))

    @pytest.mark.parametrize(
        "text",
        [
            "if (!process.env.API_KEY) { throw new Error('no') }",
            "if (!process.env.API_KEY) {\n  console.error('no')\n  process.exit(1)\n}",
            "const ai = new OpenAI({ apiKey: process.env.API_KEY })",
            "const key = requireEnv('API_KEY')",
        ],
    )
    def test_demanded_secret_gets_a_placeholder_and_is_told(self, text):
        values, notes = self.values(text)
        assert values == {"API_KEY": PLACEHOLDER}
        assert [note.id for note in notes] == ["environment_placeholder"]

    @pytest.mark.parametrize(
        "text",
        [
            "const k = process.env.API_KEY || 'x'",
            "use(process.env.API_KEY)",
            "new OpenAI({ apiKey: process.env.API_KEY || '' })",
        ],
    )
    def test_setting_that_may_be_missing_gets_nothing(self, text):
        assert self.values(text) == ({}, ())

    def test_address_comes_from_the_example_file_or_not_at_all(self):
        text = "mongoose.connect(process.env.MONGO_URI)"
        assert self.values(text) == ({}, ())
        values, _ = self.values(text, **{".env.example": "MONGO_URI=mongodb://db/shop\n"})
        assert values == {"MONGO_URI": "mongodb://db/shop"}


def test_a_handler_of_pages_answers_the_methods_that_it_compares_with():
    handler = "export default function h(req, res) {{\n  if (req.method {} 'POST') return res.status(405).end()\n}}\n"
    assert routes({"package.json": "{}", "pages/api/chat.ts": handler.format("!==")}) == {"POST /api/chat"}
    assert routes({"package.json": "{}", "pages/api/chat.ts": handler.format("===")}) == {"POST /api/chat"}
