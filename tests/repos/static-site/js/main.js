document.getElementById("days").innerText = 7 - new Date().getDay();
