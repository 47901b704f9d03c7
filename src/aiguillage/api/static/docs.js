// Shows /openapi.json with the viewer. HEAD is left out of the page, because it would list every path twice; the
// example in the introduction asks the server that the page came from.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

fetch("/openapi.json")
  .then((answer) => answer.json())
  .then((spec) => {
    for (const path of Object.values(spec.paths)) {
      delete path.head;
    }
    spec.info.description = spec.info.description.replaceAll("http://127.0.0.1:8000", location.origin);
    SwaggerUIBundle({
      spec,
      dom_id: "#viewer",
      deepLinking: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: -1,
      docExpansion: "list",
      supportedSubmitMethods: ["get", "post", "put", "delete"],
      tryItOutEnabled: true,
      validatorUrl: null,
    });
  })
  .catch(() => {
    document.getElementById("viewer").textContent = "The description could not be loaded. Reload the page.";
  });
