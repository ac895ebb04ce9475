// For httpyac (https://httpyac.github.io), which finds this file by its name. It adds what the requests here rely on:
// - `{{name.response.body.$.member}}`, as VS Code's REST Client writes the answer of a named request;
// - `# @expect 409`, the status that the request must be answered with. A request without one fails.
module.exports = {
  configureHooks(api) {
    api.hooks.onResponse.addHook('torugart', (response, context) => {
      const { name, expect } = context.httpRegion.metaData;
      if (name) {
        const named = { response: { body: { $: response.parsedBody } } };
        api.utils.setVariableInContext({ [name]: named }, context);
      }
      const fits = String(response.statusCode) === String(expect);
      const message = `status ${response.statusCode}, expected ${expect ?? 'no request without "# @expect"'}`;
      api.utils.addTestResultToHttpRegion(context.httpRegion, {
        message,
        status: fits ? 'SUCCESS' : 'FAILED',
        error: fits ? undefined : { displayMessage: message, error: new Error(message) },
      });
    });
  },
};
