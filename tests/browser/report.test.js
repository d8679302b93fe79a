// The report with its second part, in every way in which forms are filled in.

import { REPORT, testForms } from './every_form.js';

testForms((title) => title === REPORT);
