import type { Row } from '../row.ts'

const EVIDENCE_STEP = 'evidence'
const KEEP = 'evidence/keep-answers.test.ts'
const MARKS = 'aws/evidence-marks.test.ts'

export const EVIDENCE: readonly Row[] = [
  {
    step: EVIDENCE_STEP,
    fault: 'the bucket of evidence is down',
    must: 'the answer stays in the row, and the batch is thrown back',
    guard: 'lib/evidence/keep-answers.ts keepDay store',
    test: [KEEP, 'stay in the row while the bucket is down at "%s", and the batch is thrown back'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'the bucket fails a put',
    must: 'told as an error, never as an object that is there',
    guard: 'lib/aws/evidence-store.ts createEvidenceStore PreconditionFailed',
    test: ['aws/evidence-store.test.ts', 'is told as unavailable when S3 is down: %s'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'the bucket is down for longer than a few tries last',
    must: 'tried for 22 of the 24 hours that the stream has it, then named in a queue',
    guard: 'serverless.yml EvidenceEventSourceMappingDynamodbLedger MaximumRecordAgeInSeconds',
    test: [
      'stack/events.test.ts',
      'is split at a batch that fails, tried for 22 of its 24 hours, and then named in a queue of its own',
    ],
    needs: 'template',
  },
  {
    step: EVIDENCE_STEP,
    fault: 'an answer was given up, and its row expires',
    must: 'kept then, from what the row was',
    guard: 'functions/evidence.ts imagesOf OldImage',
    test: ['functions/evidence.long.test.ts', 'are kept when the row is deleted, if they were given up before'],
    needs: 'bundle',
  },
  {
    step: EVIDENCE_STEP,
    fault: 'the same batch comes twice',
    must: 'the same objects, by their content',
    guard: 'lib/evidence/places.ts placeFor',
    test: [KEEP, 'are an object of lines of JSON, and one that says whose they are, before the row is marked'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'an object is put once more',
    must: 'it stays as it is: no second version under the lock',
    guard: 'lib/aws/evidence-store.ts createEvidenceStore IfNoneMatch',
    test: ['aws/evidence-store.test.ts', 'is put once: a second put makes no version of it'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'a batch has the same answer twice',
    must: 'kept once',
    guard: 'lib/evidence/keep-answers.ts identity sha256',
    test: [KEEP, 'that come twice in it are kept once'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'the function is killed between the object and the row',
    must: 'the next try finds the object, and takes the answer out of the row',
    guard: 'lib/evidence/keep-answers.ts keepAnswers marks',
    test: [KEEP, 'leave the row with the next try, when the function was killed between the object and the row'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'the order goes on',
    must: 'its row is not written for evidence: the next answer takes the place of this one',
    guard: 'lib/evidence/keep-answers.ts goesOn due',
    test: [KEEP, 'stay in the row of an order that goes on, whose next answer takes their place'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'a newer answer came before the mark',
    must: 'it stays in the row until it is kept itself',
    guard: 'lib/aws/evidence-marks.ts createEvidenceMarks ConditionExpression',
    test: [MARKS, 'leaves a row alone that has a newer answer by now'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'the row is gone before the mark',
    must: 'no row is made of the mark, and the batch goes on',
    guard: 'lib/aws/evidence-marks.ts createEvidenceMarks ConditionalCheckFailedException',
    test: [MARKS, 'brings back no row that is gone'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'a row of an earlier version was written again before the mark',
    must: 'its answers stay in it until they are kept themselves',
    guard: 'lib/aws/evidence-marks.ts createEvidenceMarks nonce',
    test: [MARKS, 'leaves a row of an earlier version alone that has %s by now'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'an answer in a row cannot be unpacked',
    must: 'named and counted, and the others are kept',
    guard: 'lib/evidence/keep-answers.ts linesOf catch',
    test: [KEEP, 'that cannot be read are named and counted, and the others are kept'],
  },
  {
    step: EVIDENCE_STEP,
    fault: 'WeChat Pay’s key is rotated away',
    must: 'the old one stays among the evidence, so that old answers verify',
    guard: 'lib/evidence/key-files.ts createKeyArchive putOnce',
    test: ['evidence/key-files.test.ts', 'is kept as a file that says whose it is, and stays when it was rotated away'],
  },
]
