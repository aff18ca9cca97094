// A button that prints, where scripts run; elsewhere the hint beside it says how.
"use strict";

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
