"use strict";

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  // no badge of a validator on another server
  validatorUrl: null,
});
