// A technician's day, as he would tell it: one story for every engine and both languages.
import assert from 'node:assert/strict';
import { fluent, photos, wangLei } from './lib/company.mjs';
import { until } from './lib/processes.mjs';
import { words } from './lib/words.mjs';
import * as screens from './screens.mjs';

export class Technician {
  number = null;

  constructor(page, office, language) {
    this.office = office;
    this.language = language;
    this.say = fluent[language];
    this.words = words(language);
    /** What the office must have in the evening. */
    this.did = {
      photos: 0,
      code: null,
      remedy: this.say.remedy,
      part: { quantity: 2, serial: this.say.serial },
      customer: { name: this.say.customer, capacity: this.say.capacity },
    };
    this.takes(page);
  }

  /** Takes a phone in hand; after a kill it is the same one, switched on again. */
  takes(page) {
    this.page = page;
    for (const [name, Screen] of Object.entries(screens)) this[name] = new Screen(page, this.words);
  }

  async signsIn() {
    await this.SignIn.opens();
    await this.SignIn.speaks(this.language);
    await this.SignIn.enters(wangLei);
    // An offer has been waiting for him: he answers it later.
    await this.Offer.secondsLeft();
    await this.Offer.closes();
    await this.Today.opens();
    assert.ok((await this.Today.jobs()) >= 3, 'the day holds jobs');
  }

  /** The office offers a job while the app is open, and it takes over the screen. */
  async isOfferedAJob() {
    this.number = await this.office.offers();
    const first = await this.Offer.secondsLeft();
    assert.ok(first > 0, `${first} s left to answer`);
    await until(async () => (await this.Offer.secondsLeft()) < first, 5000, 'the time to answer runs');
  }

  async accepts() {
    await this.Offer.accepts();
    await this.Job.opens(this.number);
  }

  async preparesAndLeaves() {
    await this.Job.goesTo('prepare');
    await this.Prepare.callsTheCustomer(this.say.text);
    await this.Prepare.ticksEverything();
    await this.Prepare.startsTravel();
    await this.Job.opens(this.number);
  }

  /** A23: his kind of job asks for a call ten minutes ahead, until it is made. */
  async callsAhead() {
    const asked = { test: 'job-before_arriving' };
    await this.page.see(asked);
    await this.page.tap({ test: 'job-before_arriving-open' });
    await this.page.tap({ role: 'radio', name: this.words('app.contact.outcome.reached') });
    await this.page.tap({ test: 'contact-save' });
    await this.Job.opens(this.number);
    await until(async () => (await this.page.count(asked)) === 0, 5000, 'the call is made');
  }

  async arrives() {
    await this.Job.next('app.job.arrived');
    this.did.onSite = await this.Arrive.checksIn(this.words('app.arrive.reason.indoors'));
    await this.Job.opens(this.number);
  }

  async confirmsTheFault() {
    await this.page.tap({ test: 'job-fault' });
    await this.Fault.isConfirmed(this.say);
    await this.Job.opens(this.number);
  }

  async startsWork() {
    await this.Job.starts(this.say.customer, this.Charges);
    await this.page.see({ test: 'job-pause' });
  }

  /** Every question of whatever kind, `from` the first that is still open. */
  async answersTheChecklist({ atMost = Infinity } = {}) {
    await this.Job.goesTo('checklist');
    const questions = await this.Checklist.questions();
    const open = questions.filter((question) => !question.answered).slice(0, atMost);
    for (const question of open) {
      await this.Checklist.answers(question, { text: this.say.text, photos: [photos.part.path] });
      if (question.kind === 'photo') this.did.photos += 1;
    }
    if (atMost < questions.length) return open.map(({ key }) => key);
    await this.Checklist.isComplete(questions.length);
    await this.Checklist.leaves();
    await this.Job.opens(this.number);
    return questions.map(({ key }) => key);
  }

  async takesPhotos() {
    await this.Job.goesTo('photos');
    for (const subject of ['before', 'during', 'after']) {
      await this.Photos.takes(subject, photos[subject].path);
      this.did.photos += 1;
    }
    await this.Photos.goesBack();
    await this.Job.opens(this.number);
  }

  async addsAPart() {
    await this.Job.goesTo('parts');
    await this.Parts.searches(this.say.query, this.say.row);
    const part = await this.Parts.chooses();
    await this.Parts.adds(this.did.part);
    await this.Parts.lists(part, this.did.part.serial);
    await this.Parts.goesBack();
    await this.Job.opens(this.number);
  }

  async looksAtHisTime() {
    await this.Job.goesTo('time');
    await this.Time.pausesAndResumes();
    await this.Time.goesBack();
    await this.Job.opens(this.number);
  }

  async saysWhatItWas() {
    await this.Job.goesTo('diagnosis');
    await this.Diagnosis.says({ query: this.say.faultQuery, remedy: this.say.remedy });
    await this.Diagnosis.itWorksAgain();
    await this.Diagnosis.goesBack();
    await this.Job.opens(this.number);
  }

  async agreesTheCharges() {
    await this.Job.goesTo('charges');
    await this.Charges.areAgreedBy(this.say.customer);
    await this.Charges.goesToTheReview();
  }

  async handsThePhoneOver() {
    this.did.code = await this.Review.isChecked(this.did.customer);
    await this.Rating.is('very_satisfied');
  }

  async getsTheSignature() {
    await this.Sign.draws();
    await this.Sign.confirms();
    await this.Done.shows(this.did.code);
  }

  async looksIntoTheOutbox() {
    await this.Done.goesOn();
    await this.Today.goesToTheOutbox();
    await this.Outbox.keeps(this.number, this.did.photos);
  }
}

/** From the sign-in to the evening. `meanwhile` says what else happens after which chapter. */
export const chapters = [
  'signsIn',
  'isOfferedAJob',
  'accepts',
  'preparesAndLeaves',
  'callsAhead',
  'arrives',
  'confirmsTheFault',
  'startsWork',
  'answersTheChecklist',
  'takesPhotos',
  'addsAPart',
  'looksAtHisTime',
  'saysWhatItWas',
  'agreesTheCharges',
  'handsThePhoneOver',
  'getsTheSignature',
  'looksIntoTheOutbox',
];

export async function day(technician, meanwhile = {}) {
  for (const chapter of chapters) {
    try {
      await technician[chapter]();
    } catch (error) {
      throw new Error(`${chapter}: ${error.message}`, { cause: error });
    }
    await meanwhile[chapter]?.();
  }
}
