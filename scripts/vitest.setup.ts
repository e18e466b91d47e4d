import fc from 'fast-check';

// The same cases in every run: a test that fails by luck is a bug of the test. Other seeds are for the fuzz command.
fc.configureGlobal({ seed: 20260101 });
