// With the parameter ledgerReplica the ledger is a global table, with a replica in that region.
import type { Json, Template } from './largest-value.ts'

/** What a global table has for each region. */
const OF_A_REPLICA = ['PointInTimeRecoverySpecification', 'DeletionProtectionEnabled']

/**
 * The same table with a replica in another region. The names of its logical id and of its attributes stay, so whatever
 * refers to it does.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
 */
export const withReplica = (ledger: Resource, region: string): Resource => {
  const members = Object.entries(ledger.Properties)
  const ofReplica = Object.fromEntries(members.filter(([name]) => OF_A_REPLICA.includes(name)))
  const ofTable = Object.fromEntries(members.filter(([name]) => !OF_A_REPLICA.includes(name)))
  return {
    ...ledger,
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      ...ofTable,
      Replicas: [{ Ref: 'AWS::Region' }, region].map((Region): Json => ({ Region, ...ofReplica })),
    },
  }
}

type Resource = Template['Resources'][string]

type Serverless = {
  readonly service: {
    readonly provider: { readonly compiledCloudFormationTemplate: { readonly Resources: Record<string, Resource> } }
    readonly custom: { readonly ledgerReplica: string }
  }
}

/** The osls plugin. */
export default class LedgerReplica {
  hooks: Readonly<Record<string, () => void>>

  constructor({ service }: Serverless) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { ledgerReplica } = service.custom
        const { Resources } = service.provider.compiledCloudFormationTemplate
        if (ledgerReplica !== 'none' && Resources.Ledger)
          Resources.Ledger = withReplica(Resources.Ledger, ledgerReplica)
      },
    }
  }
}
