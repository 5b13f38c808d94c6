fetch("http://localhost:5000/api/items").then(r => r.json()).then(items => {
  for (const it of items) { const li = document.createElement("li"); li.textContent = it.name + ": " + it.left; document.getElementById("items").append(li) }
})
