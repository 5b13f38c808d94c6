# -*- coding: utf-8 -*-
from flask import Flask, escape, jsonify, request

app = Flask(__name__)


@app.route('/')
def hello():
    name = request.args.get("name", "World")
    return 'Hello, %s!' % escape(name)


@app.route('/health')
def health():
    return jsonify({'status': 'ok'})


if __name__ == '__main__':
    app.run()
