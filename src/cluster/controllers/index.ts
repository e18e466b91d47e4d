import type { Controller } from './controller.ts';
import { deploymentController } from './deployment/deployment.ts';
import { replicaSetController } from './replicaset.ts';
import { controllerManager } from './runtime.ts';

/** Every control loop of kube-controller-manager, one a line. */
export const controllers: readonly Controller[] = [deploymentController, replicaSetController];

/** The behaviour of processes of kind `kube-controller-manager`; their config is a ControllerManagerConfig. */
export const controllerManagerBehaviour = controllerManager(controllers);
