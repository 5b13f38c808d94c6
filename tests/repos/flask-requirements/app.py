from flask import Flask, jsonify, render_template_string, request

app = Flask(__name__)
todos = [{"id": 1, "title": "finish the report", "done": False}]

PAGE = "<h1>My todos</h1><ul>{% for t in todos %}<li>{{ t.title }}</li>{% endfor %}</ul>"


@app.route("/")
def home():
    return render_template_string(PAGE, todos=todos)


@app.route("/api/todos", methods=["GET", "POST"])
def api_todos():
    if request.method == "POST":
        todo = {"id": len(todos) + 1, "title": request.json["title"], "done": False}
        todos.append(todo)
        del todos[:-200]
        return jsonify(todo), 201
    return jsonify(todos)


if __name__ == "__main__":
    app.run(debug=True)
