"""writes the page of the menu when the image is built"""
import pathlib

from requests.utils import quote

dishes = ["Käsespätzle", "Linsen", "Reis & Erbsen"]
public = pathlib.Path("public")
public.mkdir(exist_ok=True)
links = "".join(f'<li><a href="/order?dish={quote(dish)}">{dish}</a></li>' for dish in dishes)
public.joinpath("index.html").write_text(f"<!doctype html><title>Menu</title><ul>{links}</ul>", encoding="utf-8")
