// Copies the text of a scorecard file; without scripts it can be marked, or downloaded.
"use strict";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.querySelector("span").textContent = "Copied";
  });
}
