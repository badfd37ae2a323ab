// One sentence for each Problem code of the core: what happened, where the work is, what to do.
export default {
  wrong_password: 'Login or password is wrong. Check both and try again.',
  office_unreachable:
    'The office did not answer. Check the address and the signal. A new sign-in on this phone needs a signal once.',
  not_an_office: 'There is no Jobsheet office at this address. Check the address.',
  too_many_tries: 'Too many tries. Wait a few minutes, then try again.',
  app_too_old:
    'The office needs version {minimum} of this app or a newer one. Update it, then your work is sent. It is safe on this phone.',
  app_outdated: 'This app is too old for the office. Update it. Your work is safe on this phone.',
  database_newer:
    'The data on this phone was written by a newer version of the app. Install that version again.',
  disk_full: 'No space left on this phone, so this was not saved. Free some space and try again.',
  saved_not_shown:
    'This was saved, but this screen could not be renewed. Close the app and open it again; do not enter it twice.',
  storage: 'This phone could not save it. What you typed is still here. Try again.',
  signed_out: 'Please sign in again. Your work is safe on this phone.',
  no_such_job: 'This job is not on this phone.',
  photo_not_an_image: 'This file is not a photo. Choose a JPEG, PNG or WebP picture.',
  photo_too_large: 'This photo is too large. Take it again or choose a smaller one.',
  receipt_mismatch:
    'What the office confirmed is not what this phone sent. Your work is safe on this phone; tell the office.',
  superseded:
    'The office takes this phone for a copy of another one. Your work is safe on this phone and is sent again.',
  unexpected: 'Something went wrong. Your work is safe on this phone. Try again.',
  bad_address: 'This is not an address. It looks like office.example.com.',
  not_secure: 'The address must begin with https://, so that your password is not sent in the clear.',
  sign_in_needed: 'Please sign in again so that your work can be sent. It is safe on this phone.',
  phone_revoked: 'The office has revoked this phone. Your work is safe on it. Ask the office for a new code.',
  phone_wiped: 'The office has ordered that this phone be emptied.',
  wrong_code: 'This is no code of the office. Look at each letter, or ask for a new one.',
  photo_not_there: 'The office does not have this photo yet. Try again later.',
  old_code: 'This code was used, or is too old. Ask the office for a new one.',
  office_key_changed:
    'This is not the office that this phone knows, although it says so. Nothing was sent. Ask the office.',
  database_sealed:
    'The records on this phone do not open with the key that is here. Nothing was deleted. Tell the office.',
  key_store_unavailable:
    'This phone does not give out its keys. Unlock the phone or restart it; nothing is lost.',
  unknown_login: 'Nobody of that name is known on this phone.',
  no_pin: 'There is no PIN. Sign in with your password.',
  bad_pin: 'A PIN has 6 to 12 digits.',
  wrong_pin: 'This is not the PIN. Tries left: {left}.',
  pin_blocked: 'Too many wrong PINs. Sign in with the office. Your work is safe on this phone.',
  wrong_unlock_code:
    'This is not the code for this phone and question. Please read it again. Tries left: {left}.',
  unlock_code_spent: 'Too many wrong codes. Another question is shown now: please call the office again.',
  no_unlock_code: 'No code opens this phone any more. Sign in with the office where there is signal.',
  unlock_wait: 'Too many wrong tries. Wait {seconds} seconds, then try again.',
  lease_over:
    'This phone has not heard from the office for 14 days. Sign in where there is signal. Your work is safe.',
  office_error:
    'The office server could not take it. Your work is safe on this phone; it tries again by itself.',
  no_such_photo: 'This photo is not on this phone any more. The office has it.',
  copy_at_office:
    'The office has changed this job since it was signed, so the copy cannot be made here. The office has the sheet as it was signed.',
  nothing_to_rescue:
    'Everything recorded on this phone is safe at the office. There is nothing to carry there.',
  bad_arguments: 'This entry could not be read. Nothing was changed.',
  refusal_locked: 'The sheet is signed. To change it, choose Amend and give a reason.',
  refusal_not_signed: 'The sheet is not signed yet, so there is nothing to amend.',
  refusal_quantity: 'This quantity is not possible.',
  refusal_no_such_line: 'This part line is not on the sheet any more.',
  refusal_no_such_photo: 'This photo is not on the sheet any more.',
  refusal_no_such_span: 'This stretch of time is not on the sheet any more.',
  refusal_ends_before_it_begins: 'The end lies before the beginning.',
  refusal_empty: 'Something is missing: please fill it in.',
  voids_paper: 'The customer signed on paper. With this change that no longer counts.',
  refusal_too_long: 'This text is too long. Please shorten it.',
  refusal_no_such_step: 'This checklist has no such step.',
  refusal_wrong_answer: 'This answer does not fit the question.',
  refusal_no_ink: 'The signature is missing or too short. Please sign again.',
  refusal_digest_differs: 'The sheet changed after it was shown. Please review it again, then sign.',
  refusal_wrong_work_order: 'This belongs to another job.',
  refusal_malformed: 'The office could not read this entry.',
  refusal_already_opened: 'This sheet was opened already.',
  refusal_quarantined: 'The office could not take this record. It keeps it aside for a person to look at.',
  refusal_newer: 'The office gave a reason that needs a newer version of this app.',
  refusal_not_yours: 'This job is not yours. Your record was kept for the office to decide.',
} as const;
