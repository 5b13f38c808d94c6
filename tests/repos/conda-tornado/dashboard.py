import os
import time

import humanize
import tornado.ioloop
import tornado.web

STARTED = time.time()


class Front(tornado.web.RequestHandler):
    def get(self):
        self.write("<h1>Up for " + humanize.naturaldelta(time.time() - STARTED) + "</h1>")


class Status(tornado.web.RequestHandler):
    def get(self):
        self.write({"status": "ok"})


def make_app():
    return tornado.web.Application([(r"/", Front), (r"/status", Status)])


if __name__ == "__main__":
    app = make_app()
    app.listen(int(os.environ.get("PORT", 8888)))
    print("dashboard is up")
    tornado.ioloop.IOLoop.current().start()
