"""One reader of Procfiles, for every part that looks into them."""

from sandbox.sourcetext.procfile import processes, web_command
from sandbox.tree import Tree

TEXT = (
    "# start\r\nrelease: python manage.py migrate\r\nweb : gunicorn shop.wsgi\r\n"
    "worker:celery -A shop worker\r\nweb: other\r\n"
)


def test_each_process_type_has_its_command_and_the_first_of_a_name_counts():
    tree = Tree.of({"api/Procfile": TEXT})
    assert processes(tree, "api/Procfile") == {
        "release": "python manage.py migrate",
        "web": "gunicorn shop.wsgi",
        "worker": "celery -A shop worker",
    }
    assert web_command(tree, "api/Procfile") == "gunicorn shop.wsgi"


def test_file_that_is_not_there_names_nothing():
    assert (processes(Tree.of({})), web_command(Tree.of({"Procfile": "worker: x\n"}))) == ({}, "")
