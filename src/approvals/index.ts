export { ApprovalEntity, approvalStatuses } from './approval.entity.js';
export { Approvals, type ApprovalView } from './approvals.js';
export { ApprovalsModule } from './approvals.module.js';
