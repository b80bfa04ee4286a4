// Lines are as long as fits, to the character; words are never cut.
import { wrapWords } from '../../src/text/wrap-words.js';

test('both sides of the width, and a word that is longer', () => {
  expect(wrapWords('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
  expect(wrapWords('aa bb cc', 4)).toEqual(['aa', 'bb', 'cc']);
  expect(wrapWords('a longer b', 3)).toEqual(['a', 'longer', 'b']);
});
