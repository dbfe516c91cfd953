// Serves web-push-testing on a free loopback port and prints the port. It ends when its standard input closes, so that
// it does not outlive the test.
const TestingServer = require('web-push-testing/src/server.js');
const {PushApiModel} = require('web-push-testing/src/PushApiModel.js');

const receiver = new TestingServer(new PushApiModel(), 0);
receiver.setRequestHandlers();
const listening = receiver._app.listen(0, '127.0.0.1', () => {
	console.log(listening.address().port);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
