import { TestEnvironment } from 'jest-environment-node';

// A worker in which nothing is left to do ends at once, without taking Node and Dawn down piece by piece: after hundreds
// of devices on a busy machine that takes longer than the half second after which Jest ends a worker by force and says
// that something leaks. What does leak keeps the worker from coming here, and is still reported.
if (process.channel) process.once('exit', () => process.kill(process.pid, 'SIGKILL'));

export default TestEnvironment;
