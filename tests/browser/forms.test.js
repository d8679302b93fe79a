// Every form but the report, which has a file of its own because it takes as long as all others together.

import { REPORT, testForms } from './every_form.js';

testForms((title) => title !== REPORT);
