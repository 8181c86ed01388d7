// Remembers that the cookie bar was answered. Without it the bar still closes, until the next page.
(function () {
  var box = document.getElementById("cookies-ok");
  try {
    box.checked = localStorage.getItem("acme-cookies") === "1";
    box.addEventListener("change", function () { localStorage.setItem("acme-cookies", "1"); });
  } catch (e) { /* storage switched off */ }
})();
