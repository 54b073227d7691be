import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import middy from '@middy/core'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { bucketSettings } from '../lib/aws/bucket.ts'
import { createEvidenceMarks } from '../lib/aws/evidence-marks.ts'
import { createEvidenceStore } from '../lib/aws/evidence-store.ts'
import { plainSecret } from '../lib/aws/plain-secret.ts'
import { functionSettings } from '../lib/aws/sdk/settings.ts'
import { readConfig } from '../lib/config/config.ts'
import { type Image, type KeepDeps, keepAnswers } from '../lib/evidence/keep-answers.ts'
import { logLine } from '../lib/lambda/log-line.ts'
import { respond } from '../lib/lambda/respond.ts'
import type { OperationResult } from '../lib/operations/result.ts'

const config = readConfig(['ledgerTable', 'evidenceBucket', 'customerKey'])
const deps: KeepDeps = {
  store: createEvidenceStore(new S3Client(bucketSettings), config.evidenceBucket),
  marks: createEvidenceMarks(new DynamoDBClient(functionSettings('dynamodb')), config.ledgerTable),
  customerKey: plainSecret(new SecretsManagerClient(functionSettings('secretsmanager')), config.customerKey),
}

/** Keeps WeChat Pay's signed answers, which it reads in the ledger's DynamoDB stream, for years. */
const evidence = (event: unknown): Promise<OperationResult> => keepAnswers(imagesOf(event as DynamoDBStreamEvent), deps)

/** A row that is deleted may hold an answer that could not be kept before. */
const imagesOf = ({ Records }: DynamoDBStreamEvent): readonly Image[] =>
  Records.flatMap(({ dynamodb: { NewImage, OldImage } = {} }) => {
    if (NewImage) return isKept(NewImage, OldImage) ? [] : [imageOf(NewImage)]
    return OldImage ? [imageOf(OldImage)] : []
  })

/** An order that goes on holds its newest answer until the next one comes: the write that brought it has come before. */
const isKept = (image: Attributes, before: Attributes | undefined): boolean =>
  image.due !== undefined && image.answer?.B !== undefined && image.answer.B === before?.answer?.B

type Attributes = Readonly<Record<string, { readonly B?: string }>>

/** The types of aws-lambda and of the SDK describe AttributeValue differently, and an event has bytes as base64. */
const imageOf = (image: object): Image => {
  const { answer, ...attributes } = image as Record<string, AttributeValue>
  const packed = answer?.B && Buffer.from(String(answer.B), 'base64')
  return { ...(unmarshall(attributes) as Image), ...(packed && { answer: packed }) }
}

export const handler = middy(evidence).use(logLine('evidence')).use(respond())
